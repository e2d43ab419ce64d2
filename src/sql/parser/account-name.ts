/** user@host, in all its spellings. */
import type { AccountName } from "../ast/data-definition.ts";
import { T_QUOTED, T_STRING, T_WORD } from "../lexer/lexer.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseAccountName(reader: TokenReader): AccountName {
  if (reader.accept("CURRENT_USER")) {
    if (reader.accept("(")) reader.expect(")");
    return { user: "", host: "", currentUser: true };
  }
  const user = reader.identifierOrString();
  if (!reader.accept("@")) return { user, host: "%", currentUser: false };
  const kind = reader.kind;
  if (kind !== T_WORD && kind !== T_QUOTED && kind !== T_STRING) reader.fail();
  const host = reader.currentText().toLowerCase();
  reader.advance();
  return { user, host, currentUser: false };
}

export function parseAccountNames(reader: TokenReader): readonly AccountName[] {
  return reader.list(() => parseAccountName(reader));
}
