# Runs on the remote host, detached from any login: holds websockets to the server while the SSH connection is lost. The
# other end is mod.rs beside this file; frame.rs tells what a frame is. It needs Python 3.5, and nothing besides what comes
# with it. docs/decisions/0017 says why it exists.
import binascii
import errno
import os
import select
import signal
import socket
import stat
import struct
import sys
import tempfile
import time
import zlib

HEAD = struct.Struct("!cII")
COUNT = struct.Struct("!Q")
CHUNK = 1 << 14
IN_FLIGHT = 1 << 20  # bytes of a stream that were sent and that the browser has not taken
TELL = 1 << 16  # after so many bytes the other end is told that they were taken
KEPT = 8 << 20  # bytes of a stream that are kept for a client that is away; then the server has to wait
KEPT_IN_ALL = 64 << 20
LONGEST_HEAD = 1 << 17  # bytes of an HTTP message's head
OUT = 1 << 16  # with so much on its way out, streams wait: a small piece is never behind a large one
FIRST = 10  # seconds for the first client, which may have gone before it knew of the holder
PONG = 5  # seconds after which a ping of the server's is answered in the browser's place
RETRY = 0.05  # a unix socket whose queue is full does not tell when there is room again
READ, WRITE = select.POLLIN, select.POLLOUT
CONNECTED = {0, errno.EISCONN}
CONNECTING = {errno.EINPROGRESS, errno.EALREADY}
PING_FRAME, PONG_FRAME = 9, 10


class Direction:
    """Follows the websocket frames of one direction of a stream."""

    def __init__(self):
        self.head = bytearray()  # of the HTTP message, and then of each frame
        self.is_http = True
        self.is_websocket = True
        self.opcode = self.left = 0
        self.payload = bytearray()  # of a control frame

    def follow(self, data):
        """Returns the control frames that end in these bytes, as pairs of opcode and payload."""
        found, at = [], self.skip_message(data) if self.is_http else 0
        while self.is_websocket and at < len(data):
            if not self.left:
                more = data[at:at + self.missing()]
                self.head += more
                at += len(more)
                if self.missing():
                    continue
                self.begin()
            size = min(self.left, len(data) - at)
            if self.opcode >= 8:
                self.payload += data[at:at + size]
            at += size
            self.left -= size
            if not self.left and self.opcode >= 8:
                found.append((self.opcode, bytes(self.payload)))
        return found

    def skip_message(self, data):
        """Takes in the head of the HTTP message; returns how many of these bytes belong to it."""
        before = len(self.head)
        self.head += data
        end = self.head.find(b"\r\n\r\n", max(0, before - 3))
        if end < 0:
            if len(self.head) > LONGEST_HEAD:
                # No server or browser sends such a head: whatever it is, it is passed on as it comes.
                self.is_websocket = self.is_http = False
                self.head.clear()
            return len(data)
        # An answer other than 101 is no beginning of websocket frames; a request has "GET" there.
        self.is_websocket = not self.head.startswith(b"HTTP/") or self.head[8:13] == b" 101 "
        self.is_http = False
        self.head.clear()
        return end + 4 - before

    def extended(self):
        """Returns how many bytes of a frame's header hold its size, besides the first two."""
        return {126: 2, 127: 8}.get(self.head[1] & 127, 0)

    def missing(self):
        """Returns how many more bytes the header of a frame has."""
        if len(self.head) < 2:
            return 2 - len(self.head)
        return 2 + self.extended() + (4 if self.head[1] & 128 else 0) - len(self.head)

    def begin(self):
        """The header of a frame is complete."""
        long = self.extended()
        self.left = int.from_bytes(self.head[2:2 + long], "big") if long else self.head[1] & 127
        self.opcode = self.head[0] & 15
        self.payload.clear()
        self.head.clear()

    def is_between(self):
        """Returns True between two frames."""
        return self.is_websocket and not (self.is_http or self.head or self.left)


class Stream:
    """One connection to the server. Counts are those of bytes since its beginning; its end counts as one byte."""

    def __init__(self, server):
        self.server = server
        self.kept = bytearray()  # of the server, from the byte `first` on; the client may have lost it
        self.first = self.sent = 0
        self.total = None  # the count at the server's end, once that has come
        self.waiting = bytearray()  # for the server
        self.received = self.taken = self.told = 0
        self.all_came = self.is_shut = False
        self.is_connected = self.must_retry = False
        self.down, self.up = Direction(), Direction()
        self.ping, self.pong_at = b"", None

    def interest(self, has_room):
        """Returns the events to wait for."""
        if not self.is_connected:
            return 0 if self.must_retry else WRITE
        wants_read = has_room and self.total is None and len(self.kept) < KEPT
        return (READ if wants_read else 0) | (WRITE if self.waiting else 0)

    def is_over(self):
        """Returns True if both directions have ended and nothing of them can be lost any more."""
        return self.is_shut and self.first == self.total

    def took(self, count):
        """The client has taken that many bytes, and perhaps the end."""
        self.check(count)
        del self.kept[:max(0, count - self.first)]
        self.first = max(self.first, count)
        self.sent = max(self.sent, self.first)

    def check(self, count):
        """Fails if the server has not said so much."""
        if count > (self.first + len(self.kept) if self.total is None else self.total):
            raise Nonsense("a count of what was never said")

    def next_piece(self):
        """Returns the next frame for the client: its kind and its data; None if there is none."""
        at = self.sent - self.first
        data = bytes(self.kept[at:at + min(CHUNK, IN_FLIGHT - at)]) if at < IN_FLIGHT else b""
        if data:
            self.sent += len(data)
            return b"D", data
        if self.total is not None and self.sent == self.total - 1:
            self.sent += 1
            return b"E", b""
        return None


class Nonsense(Exception):
    """What came from a client is no frame, or claims what cannot be."""

    pass  # where the line above is taken out (src/scheduler/exec_in_job.rs)


def count_in(data):
    """Returns the count that a frame holds."""
    if len(data) != COUNT.size:
        raise Nonsense("no count")
    return COUNT.unpack(data)[0]


class Client:
    """The other end, by one connection after another."""

    def __init__(self, connection):
        self.connection = connection
        self.came, self.out = bytearray(), bytearray()
        self.is_known = self.is_open = False
        self.has = {}  # what it has of each stream

    def send(self, kind, number, data=b""):
        """Puts a frame into the stream."""
        self.out += HEAD.pack(kind, number, len(data)) + data

    def frames(self):
        """Yields the whole frames that have come."""
        while len(self.came) >= HEAD.size:
            kind, number, size = HEAD.unpack_from(self.came)
            end = HEAD.size + size
            if size > 1 << 20:
                raise Nonsense("no frame")
            if len(self.came) < end:
                return
            data = bytes(self.came[HEAD.size:end])
            del self.came[:end]
            yield kind, number, data


class Holder:
    """All streams, and the client that they belong to."""

    def __init__(self, listener, secret, age, address):
        self.listener, self.secret, self.age = listener, secret, age
        self.family, self.address = address
        self.streams = {}
        self.last = 0  # the highest number of a stream
        self.client = None
        self.newcomers = []  # connections that have not said the secret yet
        self.heard = time.monotonic() + FIRST - age
        self.is_done = False

    def run(self):
        """Works until the client ends it, stays away too long, or has nothing here when it goes."""
        while not self.is_done and time.monotonic() < self.heard + self.age:
            ready = self.wait()
            if ready.get(self.listener.fileno()):
                self.accept()
            for client in self.newcomers + [self.client]:
                if client and not self.try_serve(client, ready):
                    self.lose(client)
            self.serve(ready)
            self.fill()

    def wait(self):
        """Returns what happens first, as events of file descriptors."""
        poll, now = select.poll(), time.monotonic()
        times = [self.heard + self.age - now]
        poll.register(self.listener, READ)
        for client in self.newcomers + [self.client]:
            if client:
                poll.register(client.connection, READ | (WRITE if client.out else 0))
        has_room = sum(len(stream.kept) for stream in self.streams.values()) < KEPT_IN_ALL
        for stream in self.streams.values():
            if stream.must_retry:
                times.append(RETRY)
            if stream.pong_at is not None:
                times.append(stream.pong_at - now)
            interest = stream.interest(has_room)
            if interest:  # without one, a hang-up would be reported for ever
                poll.register(stream.server, interest)
        return dict(poll.poll(max(0, min(times)) * 1000))

    def accept(self):
        """Lets one more client say the secret."""
        try:
            connection, _ = self.listener.accept()
        except OSError:  # it has gone again, or there are too many files
            time.sleep(RETRY)
            return
        connection.setblocking(False)
        self.newcomers = self.newcomers[-3:] + [Client(connection)]

    def lose(self, client):
        """One connection of a client has ended."""
        client.connection.close()
        if client in self.newcomers:
            self.newcomers.remove(client)
        elif client is self.client:
            self.client = None
            self.is_done |= not self.streams

    def try_serve(self, client, ready):
        """Sends and receives; returns False at the end of the connection."""
        try:
            events = ready.get(client.connection.fileno(), 0)
            if events & ~WRITE and not self.receive(client):
                return False
            if client.out:
                del client.out[:client.connection.send(client.out)]
        except BlockingIOError:
            pass
        except (OSError, Nonsense):
            return False
        # One who sends and does not read would fill the memory with what is said about it.
        return len(client.out) < IN_FLIGHT

    def receive(self, client):
        """Receives from a client; returns False at its end."""
        data = client.connection.recv(1 << 16)
        client.came += data
        if client is self.client and data:
            self.heard = time.monotonic()
        for kind, number, data_of_frame in client.frames():
            if not client.is_known:
                if kind != b"H" or data_of_frame != self.secret:
                    return False
                self.admit(client)
            elif client is self.client:
                self.obey(client, kind, number, data_of_frame)
        return bool(data)

    def admit(self, client):
        """Takes a client in place of the one before, whose connection may be dead without knowing it."""
        client.is_known = True
        self.newcomers.remove(client)
        if self.client:
            self.client.connection.close()
        self.client, self.heard = client, time.monotonic()
        for number, stream in self.streams.items():
            client.send(b"S", number, COUNT.pack(stream.received))
        client.send(b"B", self.last)

    def obey(self, client, kind, number, data):
        """Does what a frame says."""
        stream = self.streams.get(number)
        if kind == b"S":
            if stream:
                stream.check(count_in(data))
                client.has[number] = count_in(data)
        elif kind == b"B":
            self.go_on(client)
        elif kind == b"Q":
            self.is_done = True
        elif kind == b"O":
            self.last = max(self.last, number)
            self.attempt(self.open, number)
        elif stream:  # else it has just been given up here
            self.attempt(self.take, number, stream, kind, data)

    def go_on(self, client):
        """Goes on where the client is, with the streams that it still has."""
        client.is_open = True
        for number, stream in list(self.streams.items()):
            if number not in client.has:
                self.drop(number)
                continue
            stream.sent = max(stream.first, client.has[number])
            stream.told = -1  # what it was told last may be lost

    def attempt(self, step, number, *rest):
        """Takes a step of one stream; where it fails, says why and gives the stream up."""
        try:
            step(number, *rest)
        except BlockingIOError:
            pass
        except OSError as error:
            self.reset(number, error.strerror or str(error))

    def reset(self, number, reason):
        """Gives a stream up."""
        if self.client and self.client.is_open:
            self.client.send(b"R", number, reason.encode()[:200])
        self.drop(number)

    def open(self, number):
        """Begins a connection to the server."""
        server = socket.socket(self.family, socket.SOCK_STREAM)
        server.setblocking(False)
        if self.family != socket.AF_UNIX:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.streams[number] = Stream(server)
        self.connect(number, self.streams[number])

    def connect(self, number, stream):
        """Goes on with a connection that is being made."""
        error = stream.server.connect_ex(self.address)
        stream.must_retry = error == errno.EAGAIN
        stream.is_connected = error in CONNECTED
        if stream.is_connected:
            self.give(number, stream)
        elif not stream.must_retry and error not in CONNECTING:
            raise OSError(error, os.strerror(error))

    def take(self, number, stream, kind, data):
        """Does what a frame says of a stream."""
        if kind == b"T":
            stream.took(count_in(data))
            self.finish(number, stream)
        elif kind == b"R":
            self.drop(number)
        elif kind == b"D":
            if stream.all_came or len(stream.waiting) + len(data) > IN_FLIGHT:
                raise Nonsense("more than there is room for")
            stream.received += len(data)
            stream.waiting += data
            if any(opcode == PONG_FRAME for opcode, _ in stream.up.follow(data)):
                stream.pong_at = None
            self.give(number, stream)
        elif kind == b"E" and not stream.all_came:
            stream.received += 1
            stream.all_came = True
            self.give(number, stream)

    def give(self, number, stream):
        """Gives the server what waits for it, and then the browser's end."""
        if not stream.is_connected:
            return
        if stream.waiting:
            size = stream.server.send(stream.waiting[:1 << 16])
            del stream.waiting[:size]
            stream.taken += size
        if stream.all_came and not stream.waiting and not stream.is_shut:
            stream.is_shut = True
            stream.taken += 1
            stream.server.shutdown(socket.SHUT_WR)
        self.finish(number, stream)

    def fetch(self, number, stream):
        """Takes bytes from the server, or its end."""
        data = stream.server.recv(1 << 16)
        stream.kept += data
        if not data:
            stream.total = stream.first + len(stream.kept) + 1
        for opcode, payload in stream.down.follow(data):
            if opcode == PING_FRAME:
                stream.ping, stream.pong_at = payload, time.monotonic() + PONG
        self.finish(number, stream)

    def answer_ping(self, stream):
        """Answers the server's ping in the place of a browser that is away: else the server takes it for gone."""
        stream.pong_at = None
        if stream.up.is_between():
            key = os.urandom(4)
            masked = bytes(byte ^ key[at % 4] for at, byte in enumerate(stream.ping))
            pong = bytes([0x80 | PONG_FRAME, 0x80 | len(masked)]) + key + masked
            if not stream.waiting:
                # It is none of the browser's bytes, so it is not counted; the socket takes so little at once.
                stream.server.send(pong)

    def serve(self, ready):
        """Gives each stream its turn with the server."""
        now = time.monotonic()
        for number, stream in list(self.streams.items()):
            events = ready.get(stream.server.fileno(), 0)
            if not stream.is_connected and (events or stream.must_retry):
                self.attempt(self.connect, number, stream)
                continue
            if events & WRITE:
                self.attempt(self.give, number, stream)
            if events & ~WRITE and stream.total is None and number in self.streams:
                self.attempt(self.fetch, number, stream)
            if stream.pong_at is not None and stream.pong_at <= now and number in self.streams:
                self.attempt(lambda _, one: self.answer_ping(one), number, stream)

    def fill(self):
        """Sends the client what there is, a piece of each stream at a time."""
        client = self.client
        if not client or not client.is_open:
            return
        is_moving = True
        while is_moving and len(client.out) < OUT:
            is_moving = False
            for number, stream in list(self.streams.items()):
                is_moving |= self.tell(client, number, stream)
        if client.out and not self.try_serve(client, {}):
            self.lose(client)

    def tell(self, client, number, stream):
        """Sends one piece of a stream, and what the server has taken. Returns True if there may be more."""
        ends = stream.is_shut and stream.told != stream.taken
        if stream.told < 0 or ends or stream.taken - stream.told >= TELL:
            stream.told = stream.taken
            client.send(b"T", number, COUNT.pack(stream.taken))
        piece = stream.next_piece()
        if piece:
            client.send(piece[0], number, piece[1])
        self.finish(number, stream)
        return bool(piece)

    def finish(self, number, stream):
        """Drops a stream that is over, once the client knows all of it."""
        if stream.is_over() and stream.told == stream.taken:
            self.drop(number)

    def drop(self, number):
        """Closes a stream."""
        stream = self.streams.pop(number, None)
        if stream:
            stream.server.close()
            self.is_done |= not (self.streams or self.client)


def server_address(kind, where, port="0"):
    """Returns the family and the address of the server."""
    if kind == "unix":
        return socket.AF_UNIX, where
    family = socket.AF_INET6 if ":" in where else socket.AF_INET
    return family, (where, int(port))


def prefix():
    """Returns how the folders of this computer's holders begin: another one may share the home."""
    return "rj-%08x-" % zlib.crc32(os.uname().nodename.encode())


def places(base):
    """Returns where the folder may be: without a base among this computer's temporary files, and not first in the folder for
    those of a job's step, which may end with the step. Some file systems have no sockets, and paths of sockets are short."""
    return base or "/tmp", os.environ.get("TMPDIR") or "/tmp"


def listen(base):
    """Returns a folder that only this account may enter, and a socket in it."""
    for place in places(base):
        folder = None
        try:
            folder = tempfile.mkdtemp(prefix=prefix(), dir=place)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(os.path.join(folder, "sock"))
            os.chmod(os.path.join(folder, "sock"), 0o600)
            listener.listen(8)
            return folder, listener
        except OSError:
            remove(folder)
            if place == places(base)[-1]:
                raise


def remove(folder):
    """Removes the folder with its socket."""
    for step, path in ((os.unlink, os.path.join(folder or "", "sock")), (os.rmdir, folder)):
        try:
            if folder:
                step(path)
        except OSError:
            pass


def is_own_folder(folder):
    """Returns True for a folder of this account's, and no link to one: others may write where temporary files are."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def sweep(base):
    """Removes what holders have left that were killed: nobody listens there."""
    for name in os.listdir(base) if os.path.isdir(base) else []:
        folder = os.path.join(base, name)
        if not (name.startswith(prefix()) and is_own_folder(folder)):
            continue
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.connect(os.path.join(folder, "sock"))
        except (ConnectionRefusedError, FileNotFoundError):
            remove(folder)
        except OSError:
            pass


def detach():
    """Goes on in a process of its own, whose parent says where it is; returns False in the parent."""
    if os.fork():
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    return True


def let_go():
    """Leaves the login or the scheduler's command behind that it came by."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.chdir("/")


def main(base, age, *address):
    """Starts a holder; prints the path of its socket and its secret. A base of "-" is none, and it stays this process, since some
    schedulers end all processes of a command with its first."""
    os.umask(0o077)
    stays = base == "-"
    base = "" if stays else base
    for place in set(places(base)):
        sweep(place)
    folder, listener = listen(base)
    listener.setblocking(False)
    secret = binascii.hexlify(os.urandom(16))
    print(os.path.join(folder, "sock"))
    print(secret.decode())
    sys.stdout.flush()
    if stays or detach():
        let_go()
        # An end from outside leaves nothing behind either.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            Holder(listener, secret, float(age), server_address(*address)).run()
        finally:
            remove(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
