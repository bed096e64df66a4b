import { describe, expect, test } from "vitest";
import { hostOf, parseRoute, siteFragment, siteFromFragment, typedAddress, webAddress } from "./route";

test("four pages, and nothing else", () => {
  const rows: Array<[string, string]> = [["/", "home"], ["", "home"], ["/start", "start"], ["/start/", "start"], ["/agent", "agent"], ["/setup", "setup"], ["/agents", "unknown"], ["/start/x", "unknown"]];
  for (const [path, route] of rows) expect(parseRoute(path), path).toBe(route);
});

describe("the site in the fragment", () => {
  test("is read with its query", () => {
    expect(siteFromFragment("#url=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2")).toBe("https://shop.example/?a=1&b=2");
  });
  test("is written as it is read", () => {
    expect(siteFromFragment(`#${siteFragment("https://shop.example/?a=1&b=ü")}`)).toBe("https://shop.example/?a=1&b=ü");
  });
  test("is nothing without an address, or with one that is too long", () => {
    for (const hash of ["", "#", "#url=", "#other=1", `#url=${"x".repeat(2049)}`]) expect(siteFromFragment(hash), hash.slice(0, 20)).toBeUndefined();
  });
});

test("what people type becomes an address with a scheme", () => {
  const rows: Array<[string, string | undefined]> = [
    ["shop.example", "https://shop.example/"], [" shop.example/a ", "https://shop.example/a"], ["http://shop.localhost:8300/x", "http://shop.localhost:8300/x"],
    ["shop.localhost:8300", "http://shop.localhost:8300/"], ["localhost", "http://localhost/"], ["two words", undefined], ["", undefined], ["javascript://x", undefined], ["ftp://a", undefined],
  ];
  for (const [typed, address] of rows) expect(typedAddress(typed), typed).toBe(address);
});

test("only web addresses are followed", () => {
  expect(webAddress("javascript:alert(1)")).toBeUndefined();
  expect(webAddress("data:text/html,x")).toBeUndefined();
  expect(webAddress("https://shop.example/cart")).toBe("https://shop.example/cart");
  expect(hostOf("https://shop.example:8443/cart")).toBe("shop.example:8443");
});

test("a long host is shown from its end, which says whose it is", () => {
  const long = `https://shop.example.${"a.".repeat(60)}evil.example:8443/shop.example`;
  expect(hostOf(long)).toMatch(/^….*a\.evil\.example:8443$/);
  expect(hostOf(long)).toHaveLength(36);
});

test("letters that look like others are not shown as such", () => {
  expect(hostOf("https://\u0455hop.example/")).toBe("xn--hop-ehd.example");
  expect(hostOf("https://shop.example@evil.example/")).toBe("evil.example");
  expect(hostOf("https://shop\u3002example/")).toBe("shop.example");
});
