/**
 * KEYS[1]: the key. ARGV[1]: for how many milliseconds it is to be remembered from now on, unless it is already, or nothing: whether it is
 * remembered. Answers with 1 or 0.
 *
 * Both in a script, as a script runs where the key is written, and what a cluster's client reads by a command may be a replica's.
 */
export const REPLAY_SCRIPT = `
if ARGV[1] == "" then return redis.call("EXISTS", KEYS[1]) end
return redis.call("SET", KEYS[1], "1", "PX", ARGV[1], "NX") and 1 or 0
`;
