"""What a production's proxy does: live notifications go to a port of their own."""

import socket
import threading
from contextlib import contextmanager

CHUNK = 65536


@contextmanager
def proxied(http_port, live_port, port=0):
    """Serve both ports of an Odoo server as one; yield its address.

    :param int http_port: where pages and calls are answered
    :param int live_port: where ``/websocket`` is
    :param int port: where to serve them; 0 for any free one
    :raise RuntimeError: if ``port`` is taken
    """
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise RuntimeError(f"{error}: name another port, --port 8169") from error
    with listener:
        ports = (http_port, live_port)
        threading.Thread(target=_accept, args=(listener, ports), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener, ports):
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return  # closed: the end
        threading.Thread(target=_serve, args=(client, *ports), daemon=True).start()


def _serve(client, http_port, live_port):
    """Read a connection's first words, then pass on what both sides say."""
    with client:
        first = client.recv(CHUNK)
        is_live = first.startswith((b"GET /websocket?", b"GET /websocket "))
        port = live_port if is_live else http_port
        try:
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(first)
                back = threading.Thread(
                    target=_pass_on, args=(server, client), daemon=True
                )
                back.start()
                _pass_on(client, server)
                back.join()
        except OSError:
            return


def _pass_on(source, target):
    try:
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
