// Whether a framework was set to believe whatever a client says of its address: both keep the setting in a function, which is asked.

/** What nobody's proxy has: addresses for documentation (RFC 5737, RFC 3849), more proxies away than stand in a row. */
const STRANGERS = ["192.0.2.1", "2001:db8::1"];
const FAR = 64;

/** The settings of an application of Express. */
export interface ExpressSettings {
  get(setting: "trust proxy fn"): unknown;
}

/** Express makes "trust proxy" into a function, whatever it was set to, and asks it for `request.ip`. */
export function expressBelieves(settings: ExpressSettings): boolean {
  const trusts = settings.get("trust proxy fn");
  return typeof trusts === "function" && STRANGERS.some((address) => trusts(address, FAR));
}

/** Fastify tells nobody what `trustProxy` was set to. What its request makes of the word of so many strangers tells it. */
export function fastifyBelieves(request: object): boolean {
  return STRANGERS.some((remoteAddress) => {
    const said = Array.from({ length: FAR }, () => remoteAddress).join(", ");
    const raw = { socket: { remoteAddress }, headers: { "x-forwarded-for": said } };
    const { ips } = Object.create(request, { raw: { value: raw } });
    return Array.isArray(ips) && ips.length > FAR;
  });
}
