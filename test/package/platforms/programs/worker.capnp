using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "fetch", worker = .withoutNode), (name = "hono", worker = .asByDefault) ],
  sockets = [
    (name = "fetch", address = "127.0.0.1:0", http = (), service = "fetch"),
    (name = "hono", address = "127.0.0.1:0", http = (), service = "hono"),
  ],
);

# No module of Node, no `process`, no `Buffer`.
const withoutNode :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  bindings = [ (name = "APP", text = "fetch") ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [ "no_nodejs_compat", "no_nodejs_compat_v2" ],
);

# With Node's modules, which are there since 2026-08-04.
const asByDefault :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  bindings = [ (name = "APP", text = "hono") ],
  compatibilityDate = "2026-11-01",
);
