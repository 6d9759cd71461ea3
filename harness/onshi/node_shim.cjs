// Sends TLS for the production host names to the desk (NODE_OPTIONS=--require this file).
//
// Node 20 ignores HTTPS_PROXY, for https as for fetch. Both come by tls.connect, so that is
// where the address is exchanged; the server name stays, and by it the desk knows the service.
// Every host of onshikaku.org is sent: those that the desk does not know are refused there, and
// nothing leaves this machine.
"use strict";

const { syncBuiltinESMExports } = require("node:module");
const tls = require("node:tls");

const desk = process.env.ONSHI_PROXY_URL ? new URL(process.env.ONSHI_PROXY_URL) : null;
const connect = tls.connect;

// tls.connect([port[, host]][, options][, callback])
function optionsOf(args) {
  const options = {};
  if (["number", "string"].includes(typeof args[0]) && /^\d+$/.test(args[0])) {
    options.port = args[0];
    if (typeof args[1] === "string") options.host = args[1];
  }
  return Object.assign(options, ...args.filter((a) => a !== null && typeof a === "object"));
}

function isProduction(host) {
  return /(^|\.)onshikaku\.org\.?$/i.test(host ?? "");
}

if (desk) {
  tls.connect = function (...args) {
    const options = optionsOf(args);
    if (options.socket || options.path || !isProduction(options.host)) {
      return connect.apply(this, args);
    }
    const to = { host: desk.hostname.replace(/^\[|\]$/g, ""), port: Number(desk.port) };
    const servername = options.servername || options.host;
    const callback = args.filter((a) => typeof a === "function");
    return connect.call(this, { ...options, servername, ...to, lookup: undefined }, ...callback);
  };
  syncBuiltinESMExports();
}
