import { createElement, Fragment } from "react";

/** A sentence of the API's table, with what stands between back-ticks as code. */
export function Words({ text }: { text: string }) {
  const parts = text.split("`").map((part, at) => (at % 2 === 1 ? createElement("code", null, part) : part));
  return createElement(Fragment, null, ...parts);
}
