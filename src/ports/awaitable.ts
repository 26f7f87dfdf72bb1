/** A value now, or a promise of it. Ports on the path of a call may answer at once, which saves a turn of the event loop's queue. */
export type Awaitable<Value> = Value | PromiseLike<Value>;
