# Runs on the compute node, inside the job: carries many connections to one server over standard input and output. The
# other end is mux.rs, which tells what a frame is. It needs Python 3.5, and nothing besides what comes with it.
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import time

HEAD = struct.Struct("!cII")
WINDOW = 1 << 20  # bytes of a connection that may be on their way to either side
CHUNK = 1 << 16
LARGEST = 1 << 20  # bytes of a frame: the other end sends far less at a time
SILENCE = 100  # seconds; mux.rs gives a sign of life far more often
# A scheduler sends small pieces as TCP likes it (Nagle): the second one waits 40 ms for word of the first, unless something
# comes the other way. What comes within milliseconds, as a kernel's answers do, had better be one piece; and we have the last
# word, since the next one most likely is the browser's.
SMALL, TOGETHER = 1400, 0.003
READ, WRITE = select.POLLIN, select.POLLOUT
# A unix socket whose queue is full says so at once, and does not tell when there is room again.
RETRY = 0.05
CONNECTED = {0, errno.EISCONN}
CONNECTING = {errno.EINPROGRESS, errno.EALREADY}


class Connection:
    """One connection to the server, and what is on its way."""

    def __init__(self, server, address):
        self.server, self.address = server, address
        self.waiting = bytearray()  # for the server
        self.credit = WINDOW  # what may still be sent to the other end
        self.taken = 0  # what the server has taken, and the other end has not heard of
        self.all_came = self.shut = self.all_said = False  # each direction ends on its own
        self.is_connected = self.must_retry = False

    def interest(self, congested):
        """Returns the events to wait for."""
        if not self.is_connected:
            return 0 if self.must_retry else WRITE
        wants_read = not self.all_said and self.credit and not congested
        return (READ if wants_read else 0) | (WRITE if self.waiting else 0)


class Relay:
    """All connections, and the stream that carries them."""

    def __init__(self, mark, address):
        self.family, self.address = address
        self.connections = {}
        self.came = bytearray()
        self.out = bytearray(b"\n" + mark.encode() + b"\n")
        self.began = 0.0  # when the first byte of it came
        self.heard = 0.0  # when something last came
        self.owes = False  # whether something came that nothing was said to

    def send(self, kind, number, size=0, data=b""):
        """Puts a frame into the stream."""
        self.began = self.began if self.out else time.monotonic()
        self.out += HEAD.pack(kind, number, size or len(data)) + data

    def run(self):
        """Works until the stream ends, or says nothing for too long."""
        os.set_blocking(0, False)
        os.set_blocking(1, False)
        self.heard = time.monotonic()
        while time.monotonic() - self.heard < SILENCE:
            ready = self.wait()
            if ready.get(1):
                self.write_stream()
            if ready.get(0):
                if not self.read_stream():
                    return
            elif self.owes and not self.out and time.monotonic() - self.heard > TOGETHER:
                self.send(b"P", 0)
            self.serve(ready)

    def wait(self):
        """Returns what happens first, as events of file descriptors."""
        poll = select.poll()
        congested = len(self.out) > WINDOW
        patience = TOGETHER if self.owes else SILENCE
        # One who sends and does not read has to wait: what is said about it would fill the memory.
        poll.register(0, 0 if congested else READ)
        if self.out:
            patience = self.began + TOGETHER - time.monotonic()
            if len(self.out) > SMALL or patience <= 0:
                poll.register(1, WRITE)
                patience = SILENCE
        for connection in self.connections.values():
            if connection.must_retry:
                patience = min(patience, RETRY)
            interest = connection.interest(congested)
            if interest:  # without one, a hang-up would be reported for ever
                poll.register(connection.server, interest)
        return dict(poll.poll(patience * 1000))

    def write_stream(self):
        """Sends the next piece to the other end."""
        del self.out[:os.write(1, self.out[:CHUNK])]
        self.owes = False

    def read_stream(self):
        """Receives from the other end; returns False at its end."""
        data = os.read(0, CHUNK)
        if data:
            self.heard = time.monotonic()
            self.owes = True
            self.came += data
            self.take_frames()
        return bool(data)

    def serve(self, ready):
        """Gives each connection its turn."""
        for number, connection in list(self.connections.items()):
            events = ready.get(connection.server.fileno(), 0)
            if not connection.is_connected and (events or connection.must_retry):
                self.attempt(self.connect, number, connection)
            elif events:
                self.attempt(self.move, number, connection, events)

    def take_frames(self):
        """Does what the whole frames say that have come."""
        while len(self.came) >= HEAD.size:
            kind, number, size = HEAD.unpack_from(self.came)
            if kind not in b"ODWERPHS" or kind in b"DHS" and size > LARGEST:
                sys.exit("what came to the relay is none of its frames")
            end = HEAD.size + (size if kind in b"DHS" else 0)
            if len(self.came) < end:
                return
            data = bytes(self.came[HEAD.size:end])
            del self.came[:end]
            if kind == b"O":
                self.attempt(self.open, number, self.family, self.address)
            elif kind == b"H":
                self.attempt(self.open_holder, number, data)
            elif kind == b"S":
                self.attempt(self.start_holder, number, data)
            elif number in self.connections:  # else it has just been given up here
                self.attempt(self.take, number, self.connections[number], kind, size, data)

    def attempt(self, step, number, *rest):
        """Takes a step of one connection; where it fails, says why and gives the connection up."""
        try:
            step(number, *rest)
        except BlockingIOError:
            pass
        except OSError as error:
            reason = error.strerror or str(error)
            self.send(b"R", number, 0, reason.encode()[:200])
            self.drop(number)

    def open(self, number, family, address):
        """Begins a connection to the server, or to what holds websockets to it."""
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setblocking(False)  # a busy server may take a minute, and the others go on meanwhile
        if family != socket.AF_UNIX:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections[number] = Connection(server, address)
        self.connect(number, self.connections[number])

    def open_holder(self, number, path):
        """Begins a connection to a program that holds websockets to the server (holder.py): its socket, and no other one."""
        folder, name = os.path.split(path)
        if name != b"sock" or not os.path.basename(folder).startswith(b"rj-"):
            raise OSError(errno.EACCES, "no socket of a holder")
        self.open(number, socket.AF_UNIX, path)

    def start_holder(self, number, data):
        """Starts such a program, which says where it is and detaches itself; the connection is to its output."""
        server, theirs = socket.socketpair()
        with theirs:
            program, *words = data.decode().split("\0")
            python = [sys.executable, "-I", "-S", "-c", program]
            subprocess.Popen(python + words, stdin=theirs, stdout=theirs, stderr=theirs)
        server.setblocking(False)
        self.connections[number] = Connection(server, None)
        self.connections[number].is_connected = True

    def connect(self, number, connection):
        """Goes on with a connection that is being made."""
        error = connection.server.connect_ex(connection.address)
        connection.must_retry = error == errno.EAGAIN
        connection.is_connected = error in CONNECTED
        if connection.is_connected:
            self.give(number, connection)
        elif not connection.must_retry and error not in CONNECTING:
            raise OSError(error, os.strerror(error))

    def take(self, number, connection, kind, size, data):
        """Does what a frame says of a connection."""
        if kind == b"D":
            if len(connection.waiting) + len(data) > WINDOW:
                raise OSError(errno.EPROTO, "more came than there is room for")
            connection.waiting += data
        elif kind == b"W":
            connection.credit += size
        elif kind == b"R":
            return self.drop(number)
        elif kind == b"E":
            connection.all_came = True
        self.give(number, connection)

    def move(self, number, connection, events):
        """Moves bytes in the directions that are ready."""
        if events & WRITE:
            self.give(number, connection)
        if events & ~WRITE and not connection.all_said and connection.credit:
            self.fetch(number, connection)

    def fetch(self, number, connection):
        """Takes bytes from the server, or its end, for the other end."""
        data = connection.server.recv(min(CHUNK, connection.credit))
        connection.credit -= len(data)
        connection.all_said = not data
        self.send(b"D" if data else b"E", number, 0, data)
        self.finish(number, connection)

    def give(self, number, connection):
        """Gives the server what waits for it, and then the browser's end."""
        if not connection.is_connected:
            return
        if connection.waiting:
            self.push(number, connection)
        if connection.all_came and not connection.waiting and not connection.shut:
            connection.shut = True
            connection.server.shutdown(socket.SHUT_WR)
        self.finish(number, connection)

    def push(self, number, connection):
        """Sends bytes to the server, and tells the other end that there is room for more."""
        size = connection.server.send(connection.waiting[:CHUNK])
        del connection.waiting[:size]
        connection.taken += size
        if connection.taken >= WINDOW // 2:
            self.send(b"W", number, connection.taken)
            connection.taken = 0

    def finish(self, number, connection):
        """Drops a connection that has ended in both directions."""
        if connection.shut and connection.all_said:
            self.drop(number)

    def drop(self, number):
        """Closes a connection."""
        connection = self.connections.pop(number, None)
        if connection:
            connection.server.close()


def server_address(kind, where, port="0"):
    """Returns the family and the address of the server."""
    if kind == "unix":
        return socket.AF_UNIX, where
    family = socket.AF_INET6 if ":" in where else socket.AF_INET
    return family, (where, int(port))


if __name__ == "__main__":
    try:
        Relay(sys.argv[1], server_address(*sys.argv[2:])).run()
    except (BrokenPipeError, ConnectionError):
        pass  # nobody is there any more
