# Everything that a person reads, in English. https://projectfluent.org tells the form.
#
# A name is PLACE-WHAT. Titles are one line without a full stop; remedies are sentences.
# Names of hosts, files and commands come in as arguments and are shown as they are.

## How far a session has come (src/phase.rs)

phase-resolving = reading the ssh configuration
phase-connecting = connecting
phase-authenticating = logging in
phase-finding = looking for a running Jupyter
phase-starting = starting Jupyter
phase-forwarding = waiting for Jupyter's answer
phase-ready = ready
phase-failed = failed
phase-closed = closed

## A connection that is lost and made anew (src/explain/lost.rs, src/session/machine/healing.rs)

phase-reconnecting = reconnecting
lost-title = The connection to { $host } is lost
lost-remedy = A Jupyter that was running there still is: open it again.
lost-tried = It was tried again for { $minutes } min. Lastly:
lost-needs-answer = The login there needs an answer, and nobody is asked out of the blue: { $question }
lost-other-machine = Another machine answers to that name: { $seen } instead of { $known }.
lost-not-listening = Its process is there, but does not listen any more.
lost-again = { $host } is connected again.
server-ended-title = Jupyter on { $host } has ended
server-ended-detail = Its process is gone: it was shut down or killed, or its machine was restarted.
server-ended-remedy = Open it again to start another one; `remote-jupyter logs { $host }` may say why it ended.

## A session's remarks (src/session)

session-no-ssh = There is no `ssh` on this machine, so ~/.ssh/config was not read.
session-target = { $destination } is { $user }@{ $host } port { $port }
session-logged-in = logged in as { $user } with { $how }
session-other-click = Jupyter is being started there by another click; waiting.
session-no-browser = The browser did not open: { $reason }
session-forward = { $name } is at localhost:{ $port }
session-forward-moved = { $name } is at localhost:{ $port } ({ $taken } is in use)
session-nobody = nobody could be asked
session-port-taken = Local port { $taken } is in use by another program; { $port } is used instead.
session-password = This server asks for its password in the tab.
session-open-to-all = This server has neither token nor password: every account on its machine and on this one can use it.
session-none-runs = No Jupyter of yours runs on { $host }.
session-gone-itself = Jupyter on { $host } has shut down.
session-gone-launch = The Jupyter that was starting on { $host } was ended.
session-gone-signal = Jupyter on { $host } did not shut down by itself; { $signal } ended it.
session-stop-hung = `remote-jupyter stop { $host } --yes` ends its process, whatever its kernels do.
session-unusable-title = The Jupyter that was started on { $host } cannot be used
session-unusable-remedy = See `remote-jupyter logs { $host }`.
session-not-stopped-title = Jupyter on { $host } did not end
session-not-stopped-detail = It was asked to shut down, then sent TERM and KILL.
session-not-stopped-remedy = Look at the process there: it may be waiting for a file system that is gone.
session-busy-title = Jupyter on { $host } was left running: kernels are busy
session-busy-detail = { $busy } of { $total } kernels are busy.
session-busy-remedy = `remote-jupyter stop { $host } --yes` ends them anyway.
session-none-title = No Jupyter of yours runs on { $host }
session-none-remedy = Start one there, or let it be launched: launcher = "direct" instead of "attach".
session-sight = Jupyter { $version }, process { $pid }, { $place }, in { $root }
session-place-port = port { $port }
session-place-socket = socket { $path }
