/* Prometheus' text format, read as strictly as it is written down. */

export type Sample = { name: string; labels: Record<string, string>; value: number };

const SAMPLE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|[+-]?\d[\d.e+-]*)$/i;
const LABEL = /([a-z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/giy;

/** The samples of a text; throws for whatever https://prometheus.io/docs/instrumenting/exposition_formats/ doesn't allow. */
export function readExposition(text: string): Sample[] {
  if (!text.endsWith("\n")) throw new Error("The last line doesn't end.");
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const seen = new Set<string>();
  let family = "";
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const [, kind, name = "", rest = ""] = line.match(/^# (HELP|TYPE) (\S+) (.*)$/) ?? [];
    if (kind === "HELP") {
      if (helped.has(name)) throw new Error(`${name} is described twice.`);
      helped.add(name);
    } else if (kind === "TYPE") {
      if (types.has(name) || !/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) throw new Error(`A wrong type: ${line}`);
      types.set(name, rest);
    }
    if (kind) {
      family = name;
      return [];
    }
    const sample = readSample(line);
    const isPart = types.get(family) === "histogram" && [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(sample.name);
    if (!isPart && sample.name !== family) throw new Error(`${sample.name} is not below its description.`);
    const identity = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
    if (seen.has(identity)) throw new Error(`Twice: ${line}`);
    seen.add(identity);
    return [sample];
  });
}

function readSample(line: string): Sample {
  const [, name = "", labels = "", value = ""] = line.match(SAMPLE) ?? [];
  if (!name) throw new Error(`Not a sample: ${line}`);
  const read = [...labels.matchAll(LABEL)];
  if (read.map(([whole]) => whole).join("") !== labels) throw new Error(`Wrong labels: ${line}`);
  return {
    name,
    labels: Object.fromEntries(read.map(([, label, text]) => [label, text])),
    value: Number(value.replace("Inf", "Infinity")),
  };
}
