import { parseSync, Visitor } from "rolldown/utils";

/** What the rules ask of a source file. */
export interface SourceFile {
  /** Path from the checkout's root, with slashes: `src/ops/linear.ts`. */
  readonly path: string;
  readonly lines: number;
  /** Every module it names: imports, re-exports, `import()` and `import("...")` in types. */
  readonly imports: readonly string[];
  /** Members read off the global `Math`, such as `random`. */
  readonly mathMembers: readonly string[];
}

/** Parses one TypeScript file, or the scripts of a Svelte component; comments and strings that look like imports are none. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = path.endsWith(".svelte")
    ? parseSync(`${path}.ts`, scriptsOf(text))
    : parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const imports: string[] = [];
  const mathMembers: string[] = [];
  const add = (source: { readonly value?: unknown } | null): void => {
    if (typeof source?.value === "string") imports.push(source.value);
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => {
      if (node.source.type === "Literal") add(node.source);
    },
    TSImportType: (node) => add(node.source),
    MemberExpression: ({ object, property }) => {
      if (object.type !== "Identifier" || object.name !== "Math") return;
      if (property.type === "Identifier") mathMembers.push(property.name);
      if (property.type === "Literal") mathMembers.push(String(property.value));
    },
  }).visit(program);
  return { path, lines: text.trimEnd().split("\n").length, imports, mathMembers };
}

function scriptsOf(component: string): string {
  return [...component.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, script]) => script).join("\n");
}
