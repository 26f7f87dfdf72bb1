import { describe, expect, test, vi } from "vitest";
import { type HttpOptions, resolveHttpOptions } from "../../src/http/options.ts";

describe("resolveHttpOptions", () => {
  test("has safe defaults", () => {
    expect(resolveHttpOptions({})).toMatchObject({
      rateLimit: "draft-10",
      expiryHeader: "token-expires-at",
      realm: "api",
      problemBaseUrl: "urn:problem-type:tokenry:",
    });
  });

  test("a base for problems ends in a slash", () => {
    const base = (problemBaseUrl: string) => resolveHttpOptions({ problemBaseUrl }).problemBaseUrl;
    expect(base("https://acme.example/problems")).toBe("https://acme.example/problems/");
    expect(base("https://acme.example/problems/")).toBe("https://acme.example/problems/");
  });

  test.each([
    [{ realm: "a\nb" }, RangeError, "options.realm"],
    [{ realm: "ä" }, RangeError, "options.realm"],
    [{ realm: 1 }, TypeError, "options.realm"],
    [{ expiryHeader: "a b" }, RangeError, "options.expiryHeader"],
    [{ expiryHeader: "a\r\nb: c" }, RangeError, "options.expiryHeader"],
    [{ expiryHeader: "Set-Cookie" }, RangeError, "options.expiryHeader"],
    [{ expiryHeader: "content-length" }, RangeError, "options.expiryHeader"],
    [{ problemBaseUrl: "https://a.example/?x" }, RangeError, "options.problemBaseUrl"],
    [{ problemBaseUrl: "https://a.example/#f" }, RangeError, "options.problemBaseUrl"],
    [{ problemBaseUrl: "javascript:alert(1)" }, RangeError, "options.problemBaseUrl"],
    [{ problemBaseUrl: "https://a.example/a page" }, RangeError, "options.problemBaseUrl"],
    [{ problemBaseUrl: 'https://a.example/"' }, RangeError, "options.problemBaseUrl"],
    [{ problemBaseUrl: "https://a.example/<a>" }, RangeError, "options.problemBaseUrl"],
    [{ passPreflights: "no" }, TypeError, "options.passPreflights"],
    [{ problemBaseUrl: "problems" }, RangeError, "options.problemBaseUrl"],
    [{ rateLimit: "draft-7" }, RangeError, "options.rateLimit"],
    [{ rateLimit: true }, TypeError, "options.rateLimit"],
    [{ refusal: "no" }, TypeError, "options.refusal"],
    [{ onWarning: {} }, TypeError, "options.onWarning"],
    [{ observer: 1 }, TypeError, "options.observer"],
    [{ clock: {} }, TypeError, "options.clock.now"],
    [{ trustedProxies: [] }, TypeError, "options: there is no"],
  ])("refuses %j", (options, error, message) => {
    // A cast, as these are what the compiler refuses.
    const resolve = () => resolveHttpOptions(options as HttpOptions);
    expect(resolve).toThrow(error);
    expect(resolve).toThrow(message);
  });

  test("warns through the process unless told otherwise", () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    resolveHttpOptions({}).warn("careful");
    expect(emitWarning).toHaveBeenCalledWith("careful", "TokenryWarning");
    emitWarning.mockRestore();
  });
});
