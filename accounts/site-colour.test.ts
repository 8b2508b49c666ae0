import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, shadesOf } from "./site-colour.ts";

const COLOURS = ["#0c5f4c", "#ffffff", "#000000", "#ffcb6b", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#7f7f7f", "#e91e63", "#123456"];

test("whatever colour the operator chooses, text in it and on it can be read, in light and in dark", () => {
  for (const colour of COLOURS) {
    const { light, dark } = shadesOf(colour);
    for (const [shades, grounds] of [
      [light, ["#ffffff", "#f6f4ee", "#f0ede4"]],
      [dark, ["#101513", "#19201d", "#222b27"]],
    ] as const) {
      for (const ground of [...grounds, shades.wash])
        for (const text of [shades.accent, shades.strong]) assert.ok(contrast(text, ground) >= 4.5, `${colour}: ${text} on ${ground}`);
      for (const button of [shades.accent, shades.strong])
        assert.ok(contrast(shades.on, button) >= 4.5, `${colour}: ${shades.on} on ${button}`);
    }
  }
});

test("a colour that can be read already stays as it is", () => {
  assert.equal(shadesOf("#0c5f4c").light.accent, "#0c5f4c");
  assert.equal(shadesOf("#ffcb6b").dark.accent, "#ffcb6b");
});
