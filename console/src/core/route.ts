// The console's four pages and what an address says. Pure: the caller passes the location in.

export type Route = "home" | "start" | "agent" | "setup" | "unknown";

/** Longest address that ResolveSite takes, in bytes. */
const URL_BYTES_MAX = 2048;

export function parseRoute(pathname: string): Route {
  switch (pathname.replace(/\/+$/, "")) {
    case "":
    case "/index.html":
      return "home";
    case "/start":
      return "start";
    case "/agent":
      return "agent";
    case "/setup":
      return "setup";
    default:
      return "unknown";
  }
}

/** Reads the site's address from a fragment such as `#url=https%3A%2F%2Fshop.example%2F`. */
export function siteFromFragment(hash: string): string | undefined {
  const url = new URLSearchParams(hash.replace(/^#/, "")).get("url")?.trim();
  if (!url || new TextEncoder().encode(url).length > URL_BYTES_MAX) return undefined;
  return url;
}

/** The fragment that `siteFromFragment` reads. */
export function siteFragment(url: string): string {
  return new URLSearchParams({ url }).toString();
}

/** What a person typed as an address, completed with a scheme. Undefined when it cannot be one. */
export function typedAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed || /\s/.test(trimmed)) return undefined;
  const local = /^([a-z0-9-]+\.)*localhost(:\d+)?([/?#]|$)/i.test(trimmed);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `${local ? "http" : "https"}://${trimmed}`;
  return webAddress(whole);
}

/** The address itself when it is http or https, so that no other scheme is ever followed. */
export function webAddress(text: string): string | undefined {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Characters of a host that people are shown: what a small phone has room for. */
const HOST_MAX = 36;

/**
 * Host and port for people, for example "shop.example". Letters that look like others are written as Chrome's own names do ("xn--"), and
 * of a long host its end is shown, which says whose it is.
 */
export function hostOf(text: string): string {
  try {
    const { host } = new URL(text);
    return host.length > HOST_MAX ? `…${host.slice(1 - HOST_MAX)}` : host;
  } catch {
    return text;
  }
}
