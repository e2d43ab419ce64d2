/** Reads JSON text as MySQL does, with its error texts and positions. */
import { AppError } from "../base/errors.ts";
import { canonicalInteger } from "./decimal.ts";
import {
  JSON_FALSE,
  JSON_NULL,
  JSON_TRUE,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  jsonInteger,
  jsonObject,
} from "./json.ts";
import { sqlError } from "./sql-error.ts";

/** Nesting that MySQL accepts. */
const MAX_JSON_DEPTH = 100;
const TYPED_MARK = 0x02;

/** The text is not JSON. `reason` and `position` (in bytes) are what MySQL's 3140 and 3141 say. */
export class JsonTextError extends AppError<"invalid_json_text"> {
  readonly reason: string;
  readonly position: number;

  constructor(reason: string, position: number) {
    super("invalid_json_text", `${reason} at position ${position}`);
    this.reason = reason;
    this.position = position;
  }
}

/** Reads a value that begins with the mark of json-storage.ts. */
export type ReadTyped = (text: string, at: number) => { readonly value: JsonValue; readonly end: number };

/** The document of `text`. Throws {@link JsonTextError}; 3157 when it is nested too deep. */
export function parseJson(text: string, options?: { readonly readTyped?: ReadTyped }): JsonValue {
  return new JsonParser(text, options?.readTyped).document();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d*)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters end a run of plain ones
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class JsonParser {
  readonly #text: string;
  readonly #readTyped: ReadTyped | undefined;
  #at = 0;
  #depth = 0;

  constructor(text: string, readTyped: ReadTyped | undefined) {
    this.#text = text;
    this.#readTyped = readTyped;
  }

  document(): JsonValue {
    this.#skipBlanks();
    if (this.#at === this.#text.length) this.#fail("The document is empty.", this.#at);
    const value = this.#value();
    this.#skipBlanks();
    if (this.#at < this.#text.length) {
      this.#fail("The document root must not be followed by other values.", this.#at);
    }
    return value;
  }

  #fail(reason: string, at: number): never {
    throw new JsonTextError(reason, Buffer.byteLength(this.#text.slice(0, at), "utf8"));
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #value(): JsonValue {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return { kind: "string", value: this.#string() };
      case "t":
        return this.#word("true", JSON_TRUE);
      case "f":
        return this.#word("false", JSON_FALSE);
      case "n":
        return this.#word("null", JSON_NULL);
      default:
        if (this.#readTyped !== undefined && this.#text.charCodeAt(this.#at) === TYPED_MARK) {
          const { value, end } = this.#readTyped(this.#text, this.#at);
          this.#at = end;
          return value;
        }
        return this.#number();
    }
  }

  #nested(read: () => JsonValue): JsonValue {
    if (++this.#depth > MAX_JSON_DEPTH) throw sqlError("ER_JSON_DOCUMENT_TOO_DEEP");
    const value = read();
    this.#depth--;
    return value;
  }

  #word(word: string, value: JsonValue): JsonValue {
    for (let i = 0; i < word.length; i++) {
      if (this.#text[this.#at] !== word[i]) this.#fail("Invalid value.", this.#at);
      this.#at++;
    }
    return value;
  }

  #object(): JsonObject {
    const members: [string, JsonValue][] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.#text[this.#at] === "}") {
      this.#at++;
      return jsonObject(members);
    }
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail("Missing a name for object member.", this.#at);
      const key = this.#string();
      this.#skipBlanks();
      if (this.#text[this.#at] !== ":")
        this.#fail("Missing a colon after a name of object member.", this.#at);
      this.#at++;
      this.#skipBlanks();
      members.push([key, this.#value()]);
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === "}") {
        this.#at++;
        return jsonObject(members);
      }
      if (next !== ",") this.#fail("Missing a comma or '}' after an object member.", this.#at);
      this.#at++;
      this.#skipBlanks();
    }
  }

  #array(): JsonArray {
    const items: JsonValue[] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return { kind: "array", items };
    }
    for (;;) {
      items.push(this.#value());
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === "]") {
        this.#at++;
        return { kind: "array", items };
      }
      if (next !== ",") this.#fail("Missing a comma or ']' after an array element.", this.#at);
      this.#at++;
      this.#skipBlanks();
    }
  }

  #string(): string {
    let text = "";
    this.#at++;
    for (;;) {
      PLAIN_CHARACTERS.lastIndex = this.#at;
      const plain = PLAIN_CHARACTERS.exec(this.#text)?.[0] ?? "";
      text += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === undefined) this.#fail("Missing a closing quotation mark in string.", this.#at);
      if (next === '"') {
        this.#at++;
        return text;
      }
      if (next !== "\\") this.#fail("Invalid encoding in string.", this.#at);
      text += this.#escape();
    }
  }

  #escape(): string {
    const start = this.#at;
    const letter = this.#text[start + 1] ?? "";
    this.#at += 2;
    if (letter !== "u") {
      const character = ESCAPES[letter];
      if (character === undefined) this.#fail("Invalid escape character in string.", start);
      return character;
    }
    const first = this.#hexDigits(start);
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    const paired = first < 0xdc00 && this.#text[this.#at] === "\\" && this.#text[this.#at + 1] === "u";
    if (!paired) this.#fail("The surrogate pair in string is invalid.", start);
    this.#at += 2;
    const second = this.#hexDigits(start);
    if (second < 0xdc00 || second > 0xdfff) this.#fail("The surrogate pair in string is invalid.", start);
    return String.fromCharCode(first, second);
  }

  #hexDigits(start: number): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits))
      this.#fail("Incorrect hex digit after \\u escape in string.", start);
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #number(): JsonValue {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) this.#fail("Invalid value.", this.#text[start] === "-" ? start + 1 : start);
    this.#at += digits.length;
    const point = digits.search(/\.(?!\d)/);
    if (point >= 0) this.#fail("Miss fraction part in number.", start + point + 1);
    if (/[eE][+-]?$/.test(digits)) this.#fail("Miss exponent in number.", this.#at);
    if (/[.eE]/.test(digits)) return this.#double(digits, start);
    const value = digits.length < 16 ? Number(digits) : canonicalInteger(BigInt(digits));
    if (value < -9223372036854775808n || value > 18446744073709551615n) return this.#double(digits, start);
    // MySQL reads the greatest signed integer as unsigned already.
    if (value === 9223372036854775807n) return { kind: "unsigned", value };
    return jsonInteger(value === 0 ? 0 : value);
  }

  #double(digits: string, start: number): JsonValue {
    const value = Number(digits);
    if (!Number.isFinite(value)) this.#fail("Number too big to be stored in double.", start);
    return { kind: "double", value };
  }
}
