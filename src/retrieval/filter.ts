import { InputError } from "../base/index.ts";
import { functionKinds, typeKinds } from "./filterFunctions.ts";
import { type FilterToken, filterError, filterTokens } from "./filterTokens.ts";

/** What a column of an index holds. */
export type ColumnKind = "text" | "number" | "truth";

/** What an expression is; `unknown` of NULL, and of what may be any of them. */
type Kind = ColumnKind | "unknown";

/**
 * Limits of a filter. The database works through it by recursion, and ends the process where its stack does: about a
 * thousand operators in a row are too many for it, and some 50 levels too deep for its parser.
 */
export const filterLimits = { characters: 10_000, operators: 200, depth: 20 } as const;

const reserved = new Set(
  "and or not is null in between like ilike true false cast try_cast as escape".split(" "),
);
const comparisons = new Set(["=", "==", "!=", "<>", "<", "<=", ">", ">="]);
const listsAndPatterns = ["in", "between", "like", "ilike"] as const;
export const kindNames: Readonly<Record<Kind, string>> = {
  text: "text",
  number: "a number",
  truth: "true or false",
  unknown: "unknown",
};

/**
 * Checks a filter of an index before the database sees it, which says no place and drops what it does not understand.
 *
 * The filter is an SQL condition: comparisons, `AND`, `OR`, `NOT`, `IN (…)`, `BETWEEN … AND …`, `LIKE`, `ILIKE`, `IS NULL`,
 * arithmetic, `||`, `CAST(… AS type)`, `TRY_CAST(… AS type)` and calls of the functions of {@link functionKinds}. Names are not
 * case-sensitive. It is within {@link filterLimits}, so that what it asks for takes the database no longer than the pictures do.
 *
 * @param columns what there is to filter by, and what it holds
 * @throws InputError in one line with the place where the filter is wrong, and the columns or functions where one is unknown.
 * @see https://lancedb.github.io/lancedb/sql/
 */
export function checkFilter(filter: string, columns: Readonly<Record<string, ColumnKind>>): void {
  if (filter.length > filterLimits.characters) {
    throw new InputError(
      `the filter has ${filter.length} characters, expected at most ${filterLimits.characters}: filter by parts`,
    );
  }
  new FilterParser(filter, columns).check();
}

/** A column as a filter names it: in backticks where it is no plain word. */
function asWritten(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !reserved.has(name.toLowerCase()) ? name : `\`${name}\``;
}

/** A recursive descent, a method for each level of precedence. */
class FilterParser {
  readonly #filter: string;
  readonly #columns: Readonly<Record<string, ColumnKind>>;
  readonly #tokens: readonly FilterToken[];
  #next = 0;
  #depth = 0;
  #operators = 0;

  constructor(filter: string, columns: Readonly<Record<string, ColumnKind>>) {
    this.#filter = filter;
    this.#columns = columns;
    this.#tokens = filterTokens(filter);
  }

  check(): void {
    this.#requireTruth(() => this.#or());
    if (this.#peek().kind !== "end") throw this.#unexpected("AND, OR or the end");
  }

  #or(): Kind {
    return this.#joined("or", () => this.#joined("and", () => this.#not()));
  }

  /** Conditions joined by one word; alone, an operand stays what it is. */
  #joined(joint: string, operand: () => Kind): Kind {
    const begin = this.#peek().at;
    const kind = operand();
    if (!this.#isWord(joint)) return kind;
    this.#requireTruthAt(begin, kind);
    while (this.#isWord(joint)) {
      this.#takeOperator();
      this.#requireTruth(operand);
    }
    return "truth";
  }

  #not(): Kind {
    if (!this.#isWord("not")) return this.#predicate();
    this.#takeOperator();
    this.#nested(() => this.#requireTruth(() => this.#not()));
    return "truth";
  }

  #predicate(): Kind {
    let kind = this.#sum();
    for (;;) {
      const token = this.#peek();
      if (token.kind === "sign" && comparisons.has(token.text)) {
        this.#takeOperator();
        this.#requireLike(kind, () => this.#sum());
      } else if (this.#isWord("is")) {
        this.#takeOperator();
        this.#takeWord("not");
        if (!["null", "true", "false"].some((word) => this.#takeWord(word))) {
          throw this.#unexpected("NULL, TRUE or FALSE");
        }
      } else if (!this.#listOrPattern(kind)) return kind;
      kind = "truth";
    }
  }

  /** `[NOT] IN (…)`, `[NOT] BETWEEN … AND …` or `[NOT] LIKE …`, where one follows. */
  #listOrPattern(kind: Kind): boolean {
    const negated = this.#takeWord("not");
    if (listsAndPatterns.some((word) => this.#isWord(word))) this.#countOperator();
    if (this.#takeWord("in")) {
      this.#take("(");
      do this.#requireLike(kind, () => this.#sum());
      while (this.#takeSign(","));
      this.#take(")");
    } else if (this.#takeWord("between")) {
      this.#requireLike(kind, () => this.#sum());
      if (!this.#takeWord("and")) throw this.#unexpected("AND and the upper end");
      this.#requireLike(kind, () => this.#sum());
    } else if (this.#takeWord("like") || this.#takeWord("ilike")) {
      this.#requireLike("text", () => this.#sum());
    } else if (negated) throw this.#unexpected("IN, BETWEEN or LIKE");
    else return false;
    return true;
  }

  #sum(): Kind {
    return this.#arithmetic(["+", "-", "||"], () => this.#arithmetic(["*", "/", "%"], () => this.#signed()));
  }

  #arithmetic(operators: readonly string[], operand: () => Kind): Kind {
    const kind = operand();
    let result = kind;
    for (let operator = this.#peek(); operators.includes(operator.text); operator = this.#peek()) {
      if (operator.kind !== "sign") break;
      this.#takeOperator();
      const wanted = operator.text === "||" ? "text" : "number";
      if (result !== wanted && result !== "unknown") {
        throw this.#error(
          operator.at,
          `${operator.text} takes ${kindNames[wanted]}, received ${kindNames[result]}`,
        );
      }
      this.#requireLike(wanted, operand);
      result = wanted;
    }
    return result;
  }

  #signed(): Kind {
    const token = this.#peek();
    if (token.kind !== "sign" || token.text !== "-") return this.#value();
    this.#takeOperator();
    this.#nested(() => this.#requireLike("number", () => this.#signed()));
    return "number";
  }

  #value(): Kind {
    const token = this.#peek();
    if (token.kind === "text" || token.kind === "number") {
      this.#next++;
      return token.kind;
    }
    if (this.#takeSign("(")) {
      const kind = this.#nested(() => this.#or());
      this.#take(")");
      return kind;
    }
    if (this.#takeWord("true") || this.#takeWord("false")) return "truth";
    if (this.#takeWord("null")) return "unknown";
    if (this.#isWord("cast") || this.#isWord("try_cast")) return this.#cast();
    const isName =
      token.kind === "name" || (token.kind === "word" && !reserved.has(token.text.toLowerCase()));
    if (!isName) throw this.#unexpected("a column, a text in single quotes or a number");
    this.#next++;
    return token.kind === "word" && this.#takeSign("(") ? this.#call(token) : this.#column(token);
  }

  #cast(): Kind {
    this.#takeOperator();
    this.#take("(");
    this.#nested(() => this.#or());
    if (!this.#takeWord("as")) throw this.#unexpected("AS and a type");
    const type = typeKinds[this.#peek().text.toLowerCase()];
    if (this.#peek().kind !== "word" || type === undefined) {
      throw this.#unexpected(`a type (${Object.keys(typeKinds).join(", ")})`);
    }
    this.#next++;
    this.#take(")");
    return type;
  }

  #call({ text, at }: FilterToken): Kind {
    const kind = functionKinds[text.toLowerCase()];
    if (kind === undefined) {
      throw this.#error(
        at,
        `there is no function ${text} in a filter, there are ${Object.keys(functionKinds).join(", ")}`,
      );
    }
    this.#countOperator(at);
    if (this.#takeSign(")")) return kind;
    do this.#nested(() => this.#or());
    while (this.#takeSign(","));
    this.#take(")");
    return kind;
  }

  #column({ text, at, kind }: FilterToken): Kind {
    const names = Object.keys(this.#columns);
    const name = names.find((column) =>
      kind === "name" ? column === text : column.toLowerCase() === text.toLowerCase(),
    );
    if (name !== undefined) return this.#columns[name]!;
    throw this.#error(at, `there is no column ${text}, there are ${names.map(asWritten).join(", ")}`);
  }

  #requireTruth(parse: () => Kind): void {
    const begin = this.#peek().at;
    this.#requireTruthAt(begin, parse());
  }

  #requireTruthAt(at: number, kind: Kind): void {
    if (kind === "truth" || kind === "unknown") return;
    throw this.#error(at, `expected a condition, as in label = 'cat', received ${kindNames[kind]}`);
  }

  /** The database refuses to compare text with numbers. */
  #requireLike(kind: Kind, parse: () => Kind): void {
    const begin = this.#peek();
    const received = parse();
    if (kind === "unknown" || received === "unknown" || kind === received) return;
    const quoted = kind === "text" && begin.kind === "number" ? `: write '${begin.text}'` : "";
    throw this.#error(begin.at, `expected ${kindNames[kind]}, received ${kindNames[received]}${quoted}`);
  }

  /** A filter of thousands of parentheses would overflow the stack, here or in the database. */
  #nested<T>(parse: () => T): T {
    const { depth } = filterLimits;
    if (++this.#depth > depth) throw this.#error(this.#peek().at, `nested more than ${depth} deep`);
    const result = parse();
    this.#depth--;
    return result;
  }

  #takeOperator(): void {
    this.#countOperator();
    this.#next++;
  }

  #countOperator(at = this.#peek().at): void {
    const { operators } = filterLimits;
    if (++this.#operators <= operators) return;
    throw this.#error(at, `more than ${operators} operators: a list of texts can stand in IN (…)`);
  }

  #peek(): FilterToken {
    return this.#tokens[this.#next]!;
  }

  #isWord(word: string): boolean {
    const { kind, text } = this.#peek();
    return kind === "word" && text.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#next++;
    return true;
  }

  #takeSign(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "sign" || text !== sign) return false;
    this.#next++;
    return true;
  }

  #take(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#unexpected(sign);
  }

  #unexpected(expected: string): Error {
    const { kind, text, at } = this.#peek();
    return this.#error(at, `expected ${expected}, found ${kind === "end" ? "the end" : text}`);
  }

  #error(at: number, what: string): Error {
    return filterError(this.#filter, at, what);
  }
}
