/** Where drivers put a statement with its values, or the row that it was about. */
const FIELDS = ["sql", "detail", "where", "parameters", "internalQuery"] as const;

/** Texts of PostgreSQL, MySQL and MariaDB that quote a value or a piece of a statement, and what is left of them. */
const QUOTES: readonly (readonly [pattern: RegExp, rest: string])[] = [
  [/(\bDuplicate entry) '[\s\S]*'(?= for key)/, "$1"],
  [/(\bvalue): '[\s\S]*'(?= for )/, "$1"],
  [/(\bvalue): '[\s\S]*'/, "$1"],
  [/(\bnear) (?:'[\s\S]*'|"[\s\S]*")/, "$1 …"],
  [/(\binvalid input (?:syntax|value) for [^:]*): "[\s\S]*"/, "$1"],
];

/**
 * An error of a driver, and what caused it, without values of rows, as hashes of secrets are among them, and errors end up in logs. Its
 * code, the name of its constraint and where it was thrown stay.
 */
export function withoutValues(error: unknown): unknown {
  const known = new Set<object>();
  for (let each = error; isObject(each) && !known.has(each); each = Reflect.get(each, "cause")) {
    known.add(each);
    strip(each);
  }
  return error;
}

/** For `catch`: throws the error {@link withoutValues}. */
export function throwWithoutValues(error: unknown): never {
  throw withoutValues(error);
}

/** The method, which rejects {@link withoutValues}. */
export function guarded<Given extends readonly unknown[], Value>(
  method: (...given: Given) => Value,
): (...given: Given) => Value | Promise<Awaited<Value>> {
  return (...given) => {
    const answer = method(...given);
    return answer instanceof Promise ? answer.catch(throwWithoutValues) : answer;
  };
}

function strip(error: object): void {
  for (const field of FIELDS) Reflect.deleteProperty(error, field);
  const message: unknown = Reflect.get(error, "message");
  for (const field of ["message", "sqlMessage"]) {
    const text: unknown = Reflect.get(error, field);
    if (typeof text === "string") replace(error, field, unquoted(text));
  }
  // It begins with the message as it was.
  const stack: unknown = Reflect.get(error, "stack");
  if (typeof stack === "string" && typeof message === "string")
    replace(
      error,
      "stack",
      stack.replaceAll(message, () => unquoted(message)),
    );
}

function unquoted(text: string): string {
  return QUOTES.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}

function replace(error: object, field: string, text: string): void {
  if (Reflect.get(error, field) !== text) Reflect.set(error, field, text);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
