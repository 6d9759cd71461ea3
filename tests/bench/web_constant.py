"""Another HTTPS server that answers every request with the same bytes.

usage: web_constant aiohttp|httpserver CERTIFICATE KEY

It runs in an environment of its own, where these packages are and ours is not. The line in is the
answer, as JSON; the line out is the address.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import sys

JSON = "application/json; charset=UTF-8"


def aiohttp(answer: bytes, tls: ssl.SSLContext) -> None:
    from aiohttp import web

    async def reply(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer, headers={"Content-Type": JSON})

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/", reply)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        print(f"https://localhost:{runner.addresses[0][1]}/", flush=True)
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(serve())


def httpserver(answer: bytes, tls: ssl.SSLContext) -> None:
    """With threads, because it keeps connections only so; its request log is turned off."""
    from pytest_httpserver import HTTPServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = HTTPServer(host="localhost", ssl_context=tls, threaded=True)
    server.expect_request("/", method="POST").respond_with_data(answer, content_type=JSON)
    server.start()
    print(server.url_for("/"), flush=True)
    sys.stdin.read()


def main() -> None:
    which, certificate, key = sys.argv[1:]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    answer = json.loads(sys.stdin.readline()).encode()
    {"aiohttp": aiohttp, "httpserver": httpserver}[which](answer, tls)


if __name__ == "__main__":
    main()
