/**
 * The base of every error that is not a bug. Each layer derives one class with a closed union of codes; callers
 * switch on `code`, never on the message, which is for people.
 */
export abstract class AppError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}
