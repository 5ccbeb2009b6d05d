"""Bodies that are too much: fields, parts, bytes, pictures that unpack to more, and bytes that come one a second."""

import argparse
import os
import socket
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benches import ground
from benches.client import TOKEN, Link
from django.db import connection
from django.urls import reverse

from drills.checksum import checksum
from drills.ground import school_of_the_drill
from drills.proxy import proxied

MOST_MORE = 50  # megabytes that a refusal may cost the server
LONGEST = 1.0  # seconds that others may wait while bodies come slowly to a proxy
EDGE = "drillboundary"
FORM = "application/x-www-form-urlencoded"
MULTI = f"multipart/form-data; boundary={EDGE}"


def part(name: str, content: bytes, file: str = "") -> bytes:
    """One part of a form."""
    named = f'; filename="{file}"' if file else ""
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def picture() -> bytes:
    """A picture of a few kilobytes that unpacks to four hundred megabytes."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(400)) + packer.flush()
    chunks = ((b"IHDR", b"\0\0N \0\0N \x08\0\0\0\0"), (b"IDAT", rows), (b"IEND", b""))
    packed = (len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def bodies() -> dict[str, tuple[str, str, bytes, set[int]]]:
    """Where each goes, what kind it says it is, the bytes, and how it may be refused."""
    upload, end = reverse("learners:import"), f"--{EDGE}--\r\n".encode()
    many = "&".join(f"f{at}=x" for at in range(10_000)).encode()
    return {
        "10,000 fields": (reverse("school:details"), FORM, many, {400}),
        "10,000 fields in parts": (
            upload, MULTI, b"".join(part(f"f{at}", b"x") for at in range(10_000)) + end, {400}
        ),
        "1,000 files": (upload, MULTI, b"".join(part("file", b"x", f"{at}.csv") for at in range(1_000)) + end, {400}),
        "3 MB in a field": (reverse("school:details"), FORM, b"name=" + b"x" * 3_000_000, {400}),
        "11 MB": (upload, MULTI, part("file", b"x" * 11_000_000, "list.csv") + end, {413, 422}),
        "a picture of 400 MB": (upload, MULTI, part("file", picture(), "list.xlsx") + end, {413, 422}),
    }  # fmt: skip


def processes(pid: int) -> list[Path]:
    """A server's processes, as the kernel shows them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path("/proc") / one for one in (str(pid), *children)]


def memory(pid: int) -> int:
    """Megabytes that a server's processes held at their most, together, since `forget_most`."""
    states = [(one / "status").read_text() for one in processes(pid)]
    return sum(int(state.partition("VmHWM:")[2].split()[0]) for state in states) // 1024


def forget_most(pid: int) -> None:
    """Let the kernel count the most that is held anew."""
    for one in processes(pid):
        (one / "clear_refs").write_text("5")


@contextmanager
def served(app: str = "provisionmap.wsgi") -> Iterator[tuple[int, int]]:
    """The product's server; its process and its port."""
    port = ground.free_port()
    server = ground.start_server(app, port=port)
    try:
        ground.wait_for(port, reverse("health"))
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(timeout=60)


def send(port: int, cookie: str, path: str, kind: str, body: bytes) -> tuple[int, float]:
    """The status of an answer and the seconds it took."""
    link = Link(port)
    headers = {"Content-Type": kind, "Cookie": cookie, "X-CSRFToken": TOKEN}
    began = time.monotonic()
    link.link.request("POST", path, body, headers)
    status = link.link.getresponse().status
    link.link.close()
    return status, time.monotonic() - began


def slowly(port: int, cookie: str, seconds: int) -> None:
    """A body of which one byte comes a second, and never all."""
    with socket.create_connection(("127.0.0.1", port)) as link:
        head = f"POST {reverse('school:details')} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        link.sendall(f"{head}Content-Type: {FORM}\r\nContent-Length: 1000\r\n\r\n".encode())
        for _ in range(seconds):
            link.sendall(b"x")
            time.sleep(1)


def others_wait(port: int, cookie: str, slow: int, seconds: int) -> float:
    """The longest that somebody else waits for a page while so many bodies come slowly."""
    with ThreadPoolExecutor(slow) as pool:
        senders = [pool.submit(slowly, port, cookie, seconds) for _ in range(slow)]
        time.sleep(1)
        waits = []
        while not all(one.done() for one in senders):
            began = time.monotonic()
            ground.wait_for(port, reverse("health"))
            waits.append(time.monotonic() - began)
            time.sleep(0.2)
        for one in senders:
            one.result()
    return max(waits)


def judge(asked: argparse.Namespace) -> dict[str, Any]:
    """Each body sent to the server; what it answered, how soon, and what it cost."""
    user, _ = school_of_the_drill()
    cookie, before = ground.signed_in(user)[1], checksum(without=("school_signintries", "school_auditevent"))
    connection.close()
    found: dict[str, Any] = {}
    nothing = part("file", b"x", "list.xlsx") + f"--{EDGE}--\r\n".encode()
    with served() as (pid, port):
        for once in (("school:details", FORM, b"seen=x"), ("learners:import", MULTI, nothing)) * 4:
            send(port, cookie, reverse(once[0]), *once[1:])  # what a server reads once is read
        for name, (path, kind, body, may) in bodies().items():
            forget_most(pid)
            had = memory(pid)
            status, seconds = send(port, cookie, path, kind, body)
            more = memory(pid) - had
            found[name] = {"status": status, "seconds": round(seconds, 2), "more MB": more, "held": status in may}
    for slow in (asked.slow, asked.many):
        with served() as (_, port):
            wait = round(others_wait(port, cookie, slow, asked.seconds), 2)
        found[f"{slow} slow bodies"] = {"others wait, s": wait}
    if asked.proxied:
        with served() as (_, behind), proxied(behind) as port:
            wait = round(others_wait(port, cookie, asked.proxied, asked.seconds), 2)
        found[f"{asked.proxied} slow bodies through a proxy"] = {"others wait, s": wait, "held": wait <= LONGEST}
    path, kind, body, may = bodies()["10,000 fields"]
    with served("drills.unbounded") as (_, port):
        status, _ = send(port, cookie, path, kind, body)
    found["control"] = {"status": status, "seen": status not in may}
    found["nothing written"] = before == checksum(without=("school_signintries", "school_auditevent"))
    return found


def drill_bodies(asked: argparse.Namespace) -> dict[str, Any]:
    """Bodies that are too much, and the memory they cost; slow ones also through a proxy, as production has one."""
    os.environ["WORKERS"] = "2"
    found = judge(asked)
    refused = [one for one in found.values() if isinstance(one, dict) and "held" in one]
    if not asked.json:
        print(f"\nBodies that are too much, on {ground.database_name()}, two workers of four threads")
        for name, one in found.items():
            print(f"  {name:<34}", one)
    cheap = all(one["held"] and one.get("more MB", 0) <= MOST_MORE for one in refused)
    return {"bodies": found, "held": cheap and found["nothing written"] and found["control"]["seen"]}
