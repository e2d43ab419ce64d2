/**
 * Where the text of a stored program ends: a `;` inside BEGIN … END, IF … END IF and the like belongs to the body and
 * does not end the statement.
 */

const PROGRAM_WORDS: ReadonlySet<string> = new Set(["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]);
/** Words after which a statement starts inside a body. */
const STATEMENT_STARTS: ReadonlySet<string> = new Set([
  ";",
  "THEN",
  "ELSE",
  "DO",
  "LOOP",
  "REPEAT",
  "BEGIN",
  ":",
  "ROW",
  ")",
  "DETERMINISTIC",
  "SQL",
  "DATA",
  "DEFINER",
  "INVOKER",
]);
const BLOCKS: ReadonlySet<string> = new Set(["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT"]);
/** A program's type stands within this many tokens of CREATE (DEFINER = 'a'@'b' comes between). */
const HEADER_TOKENS_MAX = 24;

/** Do these tokens (their keyword texts) start a stored program with a block that is still open? */
export function isOpenProgram(words: readonly string[]): boolean {
  if (words[0] !== "CREATE" && words[0] !== "ALTER") return false;
  const type = words.findIndex((word, index) => index < HEADER_TOKENS_MAX && PROGRAM_WORDS.has(word));
  if (type < 0) return false;
  return openBlocks(words, type + 1) > 0;
}

function openBlocks(words: readonly string[], from: number): number {
  const open: string[] = [];
  for (let i = from; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "END") {
      if (open.length > 0) open.pop();
      if (BLOCKS.has(words[i + 1] ?? "")) i++;
      continue;
    }
    const inExpression = open.at(-1) === "case expression";
    const starts = !inExpression && STATEMENT_STARTS.has(words[i - 1] ?? "");
    if (word === "CASE") open.push(starts ? "CASE" : "case expression");
    else if (word === "BEGIN" || (starts && BLOCKS.has(word))) open.push(word);
  }
  return open.length;
}
