# Everything that a person reads, in English. https://projectfluent.org tells the form.
#
# A name is PLACE-WHAT. Titles are one line without a full stop; remedies are sentences.
# Names of hosts, files and commands come in as arguments and are shown as they are.

## What can be typed (src/cli/arguments.rs)

help-about = Opens a Jupyter tab from a remote machine over SSH, with one command
help-config-file = The configuration file [default: ~/.config/remote-jupyter/config.toml]
help-ssh-config = An ssh configuration file instead of ~/.ssh/config, as ssh's own -F
help-verbose = Say more; twice for still more
help-open = Open the notebook tab of a host, and hold the tunnel until Ctrl-C
help-open-host = The host [default: the configured one, or the only one]
help-no-browser = Do not open the browser
help-notebook = A notebook or folder, relative to the server's working folder
help-timeout = How long it may take, not counting the time of questions [default: { $seconds }]
help-json-events = Events as JSON, one object a line
help-json = One JSON object a line
help-list = List the configured hosts
help-status = Show which tunnels are open, and what their kernels do; of a host that is named also what runs there
help-host = The host
help-only-host = Only this host
help-only-host-of-all = Only this host [default: all]
help-close = Close the tunnel; the server stays
help-stop = Stop the Jupyter server on a host
help-yes = End busy kernels without asking
help-logs = Show what the server in use has printed, else the newest one that we started
help-doctor = Try every step without starting anything, and say what to do about those that fail
help-add = Add a host of your ssh configuration
help-alias = Its name there
help-config = The configuration file
help-config-path = Print where it is
help-config-check = Say what is wrong with it
help-config-edit = Open it in your editor
help-completions = Print a completion script for your shell
help-shell = The shell [possible values: { $shells }]

## Help and usage errors (src/cli/usage.rs)

help-usage = Usage:
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-help = Print help
help-version = Print version
help-help-command = Print this message or the help of the given subcommand(s)
usage-error = error:
usage-unknown-argument = unexpected argument '{ $argument }' found
usage-unknown-command = unrecognized subcommand '{ $command }'
usage-missing = the following required arguments were not provided:
usage-no-value = a value is required for '{ $argument }' but none was supplied
usage-invalid-value = invalid value '{ $value }' for '{ $argument }'
usage-possible-values = [possible values: { $values }]
usage-unexpected-value = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
usage-twice = the argument '{ $argument }' cannot be used multiple times
usage-other = the arguments cannot be used: { $why }
usage-similar = tip: did you mean { $similar }?
usage-more = For more information, try '--help'.

## Which host is meant (src/cli/mod.rs, context.rs)

cli-no-display = The app needs a desktop, and there is no display here
cli-no-app = This build is the command line only; it has no menu-bar app
cli-open-remedy = Open a host with `remote-jupyter open HOST`; `remote-jupyter --help` tells the rest.
cli-no-file = There is no file { $file }
cli-no-file-remedy = Check what follows --config.
cli-config-broken = The configuration has errors
cli-hosts =
    { $count ->
        [one] 1 host
       *[other] { $count } hosts
    }
cli-configured = configured: { $names }
cli-which = Which host?
cli-which-remedy = Name one, or set `default_host`.
cli-which-none = { $file } names none yet
cli-which-none-remedy = Name one: anything that ssh takes will do. `remote-jupyter add ALIAS` keeps it.
cli-unknown = No host is called { $name }
cli-unknown-remedy = `remote-jupyter add { $name }` adds it from your ssh configuration.

## open (src/cli/open.rs, report.rs)

open-stays = The tunnel stays open until Ctrl-C; Jupyter keeps running after that.
open-closed = The tunnel to { $host } was closed.
open-was-running = Jupyter { $version } on { $host } (process { $pid }) was running; ready after { $seconds } s.
open-was-started = Jupyter { $version } on { $host } (process { $pid }) was started; ready after { $seconds } s.
open-held = Jupyter { $version } on { $host } (process { $pid }); another remote-jupyter holds this tunnel.

## list, status, close, stop, logs (src/cli/servers.rs)

list-empty = No host is configured yet. `remote-jupyter add ALIAS` adds one from your ssh configuration; `remote-jupyter open DESTINATION` works without one.
status-kernels-unknown = kernels unknown
status-kernels =
    { $total ->
        [one] 1 kernel, { $busy ->
            [0] idle
           *[other] busy
        }
       *[other] { $total } kernels, { $busy ->
            [0] none busy
           *[other] { $busy } busy
        }
    }
close-none = There is no open tunnel to { $host }.
close-done = The tunnel to { $host } is closed; Jupyter keeps running there.
stop-done = Jupyter on { $host } has shut down.
status-unseen = What runs there could not be seen: { $why }
logs-not-ours = Jupyter in use there (process { $pid }) was not started from here, so its log is not known. This is the log of the newest one that was.
logs-none = Remote Jupyter has not started a server on { $host } yet.

## doctor (src/cli/doctor.rs)

doctor-this-machine = This machine
doctor-here = this machine
doctor-ssh = ssh: { $version }
doctor-no-ssh = there is no `ssh`: ~/.ssh/config cannot be read
doctor-configuration = configuration { $file }: { $hosts }
doctor-sockets = control sockets in { $folder }
doctor-browser = browser { $browser }
doctor-login-shell = the login shell ({ $shell }) works; the machine calls itself { $node }
doctor-jupyter = the PATH there has { $path }
doctor-no-jupyter = no `jupyter` is on the PATH there by itself: `setup` has to bring it, as in setup = ["module load python"]
doctor-found = found { $server }
doctor-none = no Jupyter of yours runs there now
doctor-passed-over = passed over: { $reason }

## add, config (src/cli/configure.rs)

add-failed = { $alias } cannot be added
add-done = { $alias } ({ $user }@{ $host }) is in { $file } now. Open it with `remote-jupyter open { $alias }`.
config-uneditable = { $file } cannot be edited
config-uneditable-remedy = Set EDITOR to your editor, or open the file yourself.
config-good = { $file } is good: { $hosts }.
config-absent = { $file } does not exist yet, which is fine: the defaults hold.
config-template-about = Remote Jupyter: see the README for all that a host can say.
config-template-name = a name of your ~/.ssh/config; alone it is a whole host

## Who holds a host's tunnel (src/ipc/host_lock.rs)

claim-silent = another remote-jupyter has this host, and does not answer

## Which running server is the right one (src/jupyter/select.rs, server.rs)

server-same-folder = { $count } servers run there; this one works in { $folder }
server-newest = { $count } servers run there; this one, in { $folder }, is the newest
server-other-folder = The running server works in { $folder }, not in the configured folder
server-other-port = the server of process { $pid } listens on { $port }, not on { $wanted }
server-on-socket = the server of process { $pid } listens on a socket, not on { $wanted }
server-malformed = { $file } is malformed: { $why }
server-foreign = process { $pid } belongs to another account
server-names-other = { $file } names process { $pid }
server-reused = process { $pid } is no Jupyter (its number was reused)
server-socket = the socket { $socket } is gone, or another account's
server-no-port = it names no port
server-silent = nothing listens on port { $port }
server-foreign-port = another account listens on port { $port }
server-editors = process { $pid } is the server that VS Code started for itself, and is left alone
server-hubs = process { $pid } is JupyterHub's own server, and is left alone: reach it through the Hub
server-refused = the server of process { $pid } is passed over: { $why }

## Jupyter's own answers (src/jupyter/api.rs)

api-no-answer = no answer: { $why }
api-silent = nothing came within { $seconds } s
api-status = the server answered { $status }
api-not-jupyter = not an answer of Jupyter: { $why }
api-no-page = it has no page of Lab, Notebook or nbclassic: `pip install jupyterlab` brings one

## Questions (src/ssh/prompt.rs). The answers are yes and no in every language.

ask-host-key = The host { $host } is not known yet. It shows the { $kind } key { $fingerprint }. Is that the right one? (yes/no)
ask-host-key-also-known = The host { $host } is not known yet. It shows the { $kind } key { $fingerprint }. At port 22 it is known by { $others }. Is that the right one? (yes/no)
ask-end-kernels = { $busy } of { $total } kernels on { $host } are busy. End them anyway? (yes/no)
ask-passphrase = Passphrase for the key { $key }:
ask-passphrase-again = Wrong passphrase. Passphrase for the key { $key }:
ask-password = Password of { $user }@{ $host }:
ask-password-again = Refused. Password of { $user }@{ $host }:

## Logging in, and what the server's key is (src/ssh/auth/, connection.rs, dial.rs, host_key.rs)

login-key = key { $file }
login-agent-key = agent key { $comment } ({ $fingerprint })
login-agent = ssh agent: { $why }
login-password = password
login-keyboard-interactive = keyboard-interactive
login-none = none
login-refused = { $what }: refused
login-offered = the server offers { $offered }
login-done = logged in as { $user } with { $how }
login-no-file = key { $file }: there is no such file
login-no-variable = key { $file }: { $variable } is not set in the environment of this program; write the whole path into IdentityFile
host-key-none = the server showed no host key
host-key-nobody-asked = StrictHostKeyChecking is yes, so nobody is asked
host-key-not-yes = the answer was not yes
host-key-type-unknown = unknown
dial-no-family = it has no address of the family that AddressFamily asks for
dial-no-answer = no answer
dial-bad-bind = BindAddress { $address } is not an address
connected = connected to { $address } ({ $banner }), host key { $algorithm } is known
connected-unchecked = connected to { $address } ({ $banner }); the host key { $algorithm } was not checked, as NoHostAuthenticationForLocalhost says

## What a destination means (src/ssh/resolve.rs)

resolve-bad = { $destination } is not an SSH destination: { $reason }; write an alias, user@host or ssh://user@host:port
resolve-no-ssh = cannot read { $file } for { $destination }: no ssh program was found; install OpenSSH, or leave the file out
resolve-not-started = could not run { $program } to look up { $destination }: { $why }
resolve-refused = ssh does not accept { $destination }: { $message }; check with: ssh -G { $bare }
resolve-missing = the answer of ssh -G about { $destination } has no usable { $option } line; check with: ssh -G { $bare }
resolve-no-host = it names no host
resolve-no-user = it names no user, and USER is not set
resolve-bad-port = its port is not a number from 1 to 65535
resolve-hyphen = a name can't begin with '-'
resolve-blank = it contains a blank or a control character
resolve-shell = it contains a character that means something to a shell
resolve-usage = it is not a host, user@host or ssh://user@host:port
resolve-no-reason = it gave no reason

## Known host keys (src/ssh/known_hosts.rs)

known-hosts-unreadable = could not read the known host keys in { $file }: { $why }; make the file readable for you, or remove it
known-hosts-unwritable = could not write the key of { $host } to { $file }: { $why }; check that you may write there
known-hosts-name = the host name { $host } cannot stand in a known-hosts file; give the host a plain HostName or HostKeyAlias in the SSH configuration
known-hosts-malformed = the key that { $host } sent is malformed; nothing was written to { $file }

## Errors of the configuration file (src/config/error.rs, mod.rs)

config-remedy = remedy: { $remedy }
config-not-toml = this is not TOML: { $why }
config-duplicate-key = keep one of the two
config-quotes = put the value in double quotes
config-line-ends = save the file with the line ends of Unix or Windows
config-write-toml = write it as TOML, as in: key = "text", key = 8 or key = true
config-unreadable = the file can't be read: { $why }
config-unreadable-remedy = check that this is a file, and yours to read
config-not-utf8 = this is not UTF-8 text
config-not-utf8-remedy = save the file as UTF-8

## Keys and what they take (src/config/check.rs, keys.rs)

key-about = { $key }: { $message }
key-unknown = unknown key { $key }
key-belongs-top = it belongs at the top of the file, above the first [[host]]
key-belongs-under = it belongs under a { $header }
key-did-you-mean = did you mean { $near }?
key-take-out = take it out; known here are: { $keys }
key-wrong-type = { $key } takes { $expected }, not { $found }
key-write-as = write it as in: { $example }
key-write-table = write it as in: { $header }, with both pairs of brackets
key-environment-type = { $key }: { $name } takes a string, not { $found }
key-environment-quotes = put the value in quotes, as in: { $example }
key-missing = this { $header } has no { $key }
key-missing-remedy = add a line such as: { $example }
key-out-of-range = { $number } is out of range
key-out-of-range-remedy = write { $expected }, as in: { $example }
key-word-unknown = { $word } is not known here
key-word-one-of = write one of: { $words }
key-word-near = did you mean { $near }? write one of: { $words }
key-name-for-ssh = keep the name and say how ssh reaches it, as in: ssh = "me@gpu01"
key-args = args cannot be passed on by this host's { $other }
key-args-remedy = write the options into { $other } itself, and take args out
key-duplicate-host = duplicate host name { $name }
key-duplicate-forward = duplicate forward name { $name }
key-duplicate-port = duplicate local port { $port } in this host
key-duplicate-remedy = line { $line } has it already: change one of the two
key-no-host = { $key }: there is no host { $name }
key-no-host-remedy = add a [[host]] with name = { $name }, or name another host
type-string = a string
type-whole-number = a whole number
type-number-from = a whole number, { $least } or more
type-number-between = a whole number from { $least } to { $most }
type-float = a number with a point
type-flag = true or false
type-date = a date or time
type-list = a list
type-table = a table
type-strings = a list of strings
type-environment = a table of strings
type-tables = tables under { $header }

## Forms of values (src/config/values.rs)

value-empty = the text is empty
value-empty-remedy = fill it in, or leave the key out for the default
value-control = the control character { $character } can't stand here
value-control-remedy = take it out: the text must be one line, without tabs or line breaks
value-hyphen = { $text } begins with a hyphen
value-hyphen-remedy = take the hyphen away: a command would read it as an option
value-destination-hyphen = { $text } is no ssh destination: a hyphen begins an option
value-destination-space = { $text } is no ssh destination: it contains a space
value-destination-remedy = write an alias, user@host or ssh://user@host:port
value-duration = { $text } is not a length of time
value-duration-remedy = write a whole number and s, m, h or d, as in: "90s", "30m", "2h", "1d"
value-walltime = { $text } is not a walltime
value-walltime-remedy = write hours:minutes:seconds, with days before them if need be, as in: "8:00:00" or "2-12:00:00"
value-memory = { $text } is not an amount of memory
value-memory-remedy = write a whole number and K, M, G or T, as in: "8G" or "512M"
value-remote = { $text } is not a host and a port
value-remote-remedy = write host:port with a port from 1 to 65535, as in: "127.0.0.1:6006", "[::1]:6006" or "6006"
value-variable = { $text } is not a name for an environment variable
value-variable-remedy = use letters, digits and _ alone, with no digit first, as in: OMP_NUM_THREADS
value-language = { $text } is not a language of this program
value-language-remedy = write one of: { $languages }; without the key, the system's language holds

## Changing the configuration file (src/config/edit.rs)

edit-exists = { $file } already has a host { $name }
edit-broken = the configuration must be put right first
edit-unwritable = { $file } can't be written: { $why }

## This machine: questions, browser, folders (src/host_os/terminal_prompt.rs, browser.rs, folders.rs)

ask-nowhere = there is no terminal to ask on, and no SSH_ASKPASS to ask with
ask-program-failed = SSH_ASKPASS { $program }: { $why }
ask-program-cancelled = SSH_ASKPASS was cancelled
ask-program-no-text = SSH_ASKPASS gave no text
ask-terminal-closed = the terminal was closed
login-page-title = Opening Jupyter
login-page-button = Open Jupyter
browser-nobody = no program of this system took the page
browser-failed = `{ $browser }`: { $why }; check `browser` in the configuration
folder-open = { $folder } is open to other accounts; `chmod 700` it

## What went wrong (src/problem/mod.rs)

explain-no-script = The login shell on { $host } ended without running our script
explain-no-script-remedy = Try `ssh { $destination }`, and `ssh { $destination } true`, which should print nothing. A line in the start-up files there may end the shell, or the server may run a command of its own in place of this program's (ForceCommand, `command=` in authorized_keys).
explain-files-only-remedy = The account there may only transfer files: ask the administrator for one that may run commands.
explain-no-login-remedy = The account there has no login shell (nologin), or was closed: ask the administrator.
explain-not-started = The start-up files of the login shell on { $host } took longer than allowed
explain-not-started-remedy = Try `ssh { $destination } true`: one of them may wait for input or for a slow disk. `--timeout SECONDS` allows more.
explain-unexpected = { $host } gave an answer that was not asked for
explain-report-remedy = Please report this, with what `remote-jupyter doctor` says.
explain-random = { $host }: this machine gives no random numbers
explain-random-remedy = Without them nothing can be kept secret: look into the system's log.
explain-start-slow = { $host }: starting Jupyter took longer than allowed
explain-start-slow-detail = It goes on starting there.
explain-start-slow-remedy = Open it again to wait on; `remote-jupyter logs { $host }` shows what it says, `remote-jupyter stop { $host }` ends it.
explain-timed-out = { $host }: { $phase } took longer than allowed
explain-timed-out-remedy = `remote-jupyter doctor { $host }` shows which step is slow; `open` takes `--timeout SECONDS`.
explain-interrupted = { $host }: interrupted
explain-no-shell = The account on { $host } may not run this program's commands
explain-no-shell-remedy = Ask the administrator for an ordinary login shell, such as bash, or use another account.
explain-windows = The login shell on { $host } is one of Windows, which cannot run Jupyter for this program
explain-windows-remedy = Use a remote host with Linux, macOS or BSD, or let the OpenSSH server of Windows start the bash of WSL (DefaultShell).
explain-no-wait = This machine could not wait for { $host }
explain-no-wait-remedy = See whether it is out of file descriptors.
explain-no-answer = Jupyter runs on { $host }, but does not answer through the tunnel
explain-forbidden-remedy = It does not take the token of its runtime file: stop it there, and open it again.
explain-no-page = Jupyter on { $host } has no page that a tab could show
explain-no-page-remedy = Install one there, end this server with `remote-jupyter stop { $host }`, and connect again: a server does not see what is installed after its start.
explain-no-answer-remedy = Its process may hang, or sshd may forbid forwarding (AllowTcpForwarding).
explain-wrong-answer = Jupyter runs on { $host }, but does not answer as it should
explain-wrong-answer-remedy = See what runs on that port there.
explain-no-port = No local port could be opened for { $host }
explain-no-port-remedy = See whether this machine is out of ports or file descriptors.
explain-local = This machine could not do its part for { $host }
explain-local-remedy = The line above is the system's own. If it does not help, please report it with what `remote-jupyter doctor` says.
explain-local-files-remedy = Close other programs, or raise the limit of open files: `ulimit -n 1024`.
explain-local-memory-remedy = Close other programs: this computer is out of memory or of threads.
explain-bad-url = The base URL of Jupyter on { $host } makes no address
explain-bad-url-remedy = Check `base_url` in its configuration there.
explain-holder-gone = The remote-jupyter that held the tunnel to { $host } has ended
explain-open-again-remedy = Open it again.
explain-no-control = { $host }: the control sockets cannot be used
explain-no-control-remedy = `remote-jupyter doctor` names their folder; another remote-jupyter may also hang.
explain-control-long-remedy = Set XDG_RUNTIME_DIR to a folder with a shorter path: the system takes no socket below a longer one.
explain-bug = { $host }: remote-jupyter itself has failed
explain-bug-remedy = Please report this, with what was printed above.
version-holder-too-old = { $host }: the Remote Jupyter that is running is too old for this one
version-holder-too-old-remedy = Quit the app, or end the command that is running, then open it again.
version-asker-too-old = { $host }: this Remote Jupyter is too old for the one that is running
version-asker-too-old-remedy = Update this one, then try again.
version-both = Running: version { $running }. This one: version { $this }.
version-not-told = unknown

## On the way to the host (src/problem/connection.rs)

explain-resolve = The ssh configuration of { $host } cannot be used
explain-resolve-remedy = Check it with `ssh -G { $destination }`.
explain-no-ssh-remedy = Install OpenSSH, or start this program with a PATH that has `ssh`. PATH of this program: { $path }
explain-resolve-variable-remedy = Write the value of { $variable } itself into ~/.ssh/config: it is not set in the environment of this program, since an app started from the desktop does not read ~/.bashrc. In a terminal, `ssh -G { $destination }` may work all the same.
explain-route = { $host } needs { $keyword }, which this version does not support yet
explain-route-remedy = Until it does, forward a port by hand: `ssh -N -L 8888:localhost:8888 { $destination }`.
explain-name = { $host }: no address is known for { $wanted }
explain-name-remedy = Check the spelling, the HostName in ~/.ssh/config, and whether a VPN is needed.
explain-refused-port = { $host }: nothing listens on port { $port } of { $wanted }
explain-refused-port-remedy = Check the Port in ~/.ssh/config, and whether the SSH server runs there.
explain-unreachable = { $host }: no answer from { $wanted } port { $port }
explain-unreachable-remedy = Check the network, and whether a VPN or a jump host is needed.
explain-handshake = { $host }: the SSH handshake failed
explain-handshake-remedy = Check that an SSH server answers on that port: `ssh -v` shows its greeting.
explain-no-session = { $host } lets this account run no command
explain-no-session-remedy = Try `ssh { $destination } true`. If the server refuses that too, the account is for forwards or files alone (MaxSessions 0): ask the administrator for one that may run commands.
explain-handshake-nothing = The connection was closed before the server said anything.
explain-handshake-nothing-remedy = Wait a minute, then try `ssh -v { $destination }`: the server may have too many logins at once (MaxStartups), or it or a firewall may bar your address (fail2ban, hosts.deny). If that never works, check the Port in ~/.ssh/config.
explain-handshake-turned-away-remedy = Wait a few minutes, then try again: the server has too many logins at once, or bars your address after failed ones. Its log has the reason (MaxStartups, PerSourcePenalties).
explain-handshake-foreign-remedy = Check the HostName and the Port in ~/.ssh/config: another service than SSH answers there, perhaps the login page of the network that you are in.
explain-handshake-old-remedy = Have the server updated: it knows the first version of SSH alone, which is not safe.
explain-handshake-greeted = The server calls itself { $version }.
explain-handshake-cut-remedy = Try `ssh -v { $destination }`. If it breaks off too, the server's log has the reason; a VPN that loses large packets (MTU) looks the same.
explain-handshake-silent = A connection was made, and no SSH server said anything on it.
explain-handshake-silent-remedy = Try `ssh -v { $destination }`: a firewall, a proxy or a VPN may take the connection in place of the server, or the server may hang. `open` takes `--timeout SECONDS`.
explain-handshake-slow = The server calls itself { $version }, and the key exchange did not end.
explain-handshake-slow-remedy = Try `ssh -v { $destination }`: a VPN that loses large packets (MTU) looks like this, and a server that is busy. `open` takes `--timeout SECONDS`.
explain-host-key-files = The host key of { $host } cannot be checked
explain-host-key-files-remedy = Make the file readable and writable for yourself.
explain-host-key-name-remedy = Give it a plain HostName or HostKeyAlias in ~/.ssh/config.
explain-host-key-malformed-remedy = Check that an SSH server answers on that port.
explain-host-key-changed = { $host } shows another host key than the one that is known: nothing was sent
explain-host-key-shown = shown: { $fingerprint }
explain-host-key-known = known: { $fingerprint } { $kind } ({ $place })
explain-host-key-changed-remedy = Somebody may be in between. Only if you know why it changed: `ssh-keygen -R '{ $filed }'`, then connect again.
explain-host-key-other-type-remedy = The host has no key of the known type any more. If its owner confirms the new one: `ssh-keygen -R '{ $filed }'`, then connect again.
explain-host-key-revoked = { $host } shows a host key that is marked as revoked: nothing was sent
explain-host-key-revoked-remedy = Ask the host's administrator; this key must not be used any more.
explain-host-key-unknown = The host key of { $host } is not known and was not accepted
explain-host-key-unknown-remedy = Compare the fingerprint with the administrator's, then connect once with `ssh { $destination }`, or answer yes here.
explain-auth-refused = { $host } refused the login of { $user }
explain-auth-nothing-fits = no key, agent or password of yours fits what the server offers
explain-auth-offered = the server offers: { $offered }
explain-auth-refused-remedy = Check with `ssh { $destination }`; a key has to stand in ~/.ssh/authorized_keys there.
login-no-agent = ssh agent: { $variable } is not set in the environment of this program
explain-no-agent-remedy = Check with `ssh { $destination }` in a terminal. If that works, its key is in an agent that this program does not see: an app started from the desktop does not read ~/.bashrc. Add an `IdentityAgent` line with the output of `echo ${ $variable }` to ~/.ssh/config. Otherwise the key is missing in ~/.ssh/authorized_keys there.
explain-auth-no-answer = The login to { $host } needs an answer that nobody gave
explain-auth-no-answer-remedy = Run the command in a terminal, set SSH_ASKPASS, or load the key into an agent with `ssh-add`.
explain-auth-no-answer-tried-remedy = The lines above say why nothing else logged you in: mend that, or run the command in a terminal to answer.
explain-passphrase = { $host }: the passphrase does not open the key { $key }
resolve-slow = `ssh -G { $destination }` did not end. It runs the commands of `Match exec` in the ssh configuration, and one of them may hang.
explain-resolve-slow-remedy = Run `ssh -G { $destination }` in a terminal, and mend or limit the `Match exec` command that hangs.
explain-login-silent = The login at { $host } did not end in time
explain-login-silent-remedy = Connect again with your phone or security key at hand, or allow more time with `remote-jupyter open { $host } --timeout 300`.
explain-passphrase-remedy = Check it with `ssh-keygen -y -f { $key }`.

## On the far side (src/problem/remote.rs)

explain-workdir = The working folder { $folder } cannot be used on { $host }
explain-workdir-remedy = Create it there, or change `workdir`.
explain-unwritable = Nothing can be written below ~/.local/state/remote-jupyter on { $host }
explain-unwritable-remedy = The disk or your quota may be full, or the folder may not be yours: look at `df -h ~` and `ls -ld ~/.local/state` there.
explain-socket = The path of the unix socket is too long on { $host }
explain-socket-remedy = Use bind = "loopback".
explain-script = The script failed on { $host }
explain-not-installed = What the host is to show is not installed on { $host }
explain-not-installed-remedy = Install it there, or choose another `app`.
explain-died = Jupyter ended while it was starting on { $host }
explain-died-status = Jupyter ended while it was starting on { $host } (exit status { $status })
explain-died-full-remedy = The disk or your quota is full there: see `df -h ~`.
explain-died-open-remedy = The file system of the home folder there keeps no permissions, so that Jupyter cannot keep its token secret. Set XDG_STATE_HOME in ~/.profile there to a folder of yours on another file system.
explain-died-root-remedy = Add args = ["--allow-root"] to the host in your configuration: Jupyter refuses to run as root without it.
explain-died-silent-remedy = It said nothing: try the same by hand there, and see whether the disk is full (`df -h ~`).
explain-died-done-remedy = `command` ended without an error, and no server came of it: let it run Jupyter in the foreground.
explain-died-port-remedy = Another program there has that port: leave `remote_port` out, or choose another.
explain-died-threads-remedy = Your account may run too few processes there: set env = {"{"} OPENBLAS_NUM_THREADS = "1", OMP_NUM_THREADS = "1" {"}"}, end what you do not need (`ps -u $USER`), or use the host's scheduler.
explain-died-memory-remedy = Memory ran out there: ask for more (`memory`), or use a machine that has more.
explain-died-library-remedy = Jupyter there needs libraries that this machine lacks or has in an older version: bring them in `setup`, as in setup = ["module load gcc"], or install Jupyter in a conda environment, which has its own.
explain-died-conda-remedy = Let `setup` begin with conda's own file, as in setup = ["source ~/miniconda3/etc/profile.d/conda.sh", "conda activate NAME"].
explain-died-module-remedy = Let `setup` begin with the file that defines `module`, often setup = ["source /etc/profile.d/modules.sh", "module load python"] or /etc/profile.d/lmod.sh.
explain-died-interpreter-remedy = The Python that Jupyter was installed with is gone or has moved: install Jupyter again there.
explain-died-database-remedy = Your home there is on a file system that does not serve SQLite, often NFS: keep Jupyter's data elsewhere, as in env = {"{"} JUPYTER_DATA_DIR = "/tmp/NAME-jupyter", IPYTHONDIR = "/tmp/NAME-ipython" {"}"}.
explain-died-option-remedy = The last lines name an option or a setting that this Jupyter does not take: look for it in `args` and `command`, and in ~/.jupyter there.
explain-died-address-remedy = The address that Jupyter was to listen on is not one of that machine's: leave `bind` at "auto", and see whether /etc/hosts there has localhost as 127.0.0.1.
explain-died-locale-remedy = The locale of that login is not installed there: set env = {"{"} LC_ALL = "C.UTF-8" {"}"}.
explain-died-files-remedy = Too many files are open there: raise the limit in `setup`, as in setup = ["ulimit -n 4096"].
explain-died-denied-remedy = Your account may not use { $path } there: see `ls -ld` of it. What a `sudo` has left belongs to root.
explain-died-packages-remedy = A Python package of Jupyter's is missing, or does not fit the others: run `pip install --upgrade jupyterlab` in the environment that has Jupyter.
explain-died-python-remedy = The Python there may be too old for this Jupyter: bring a newer one in `setup`.
explain-died-setup-remedy = The lines above are its last words; also try the `setup` lines by hand there.
explain-died-remedy = The lines above are its last words; try the same by hand there.
explain-set-up-failed = Line { $line } of `setup` failed on { $host } (exit status { $status })
explain-set-up-failed-remedy = Try `{ $text }` by hand there, and correct that line of `setup`.
explain-set-up-left = Line { $line } of `setup` ended its shell on { $host }, before Jupyter could start
explain-set-up-left-remedy = Leave out of `setup` what ends the shell (exit) or takes its place (exec): `{ $text }` does so.
explain-no-command = The command `{ $command }` does not exist on { $host }
explain-no-command-remedy = Check `command`, and whether `setup` puts it on the PATH.
explain-no-jupyter = There is no Jupyter on the PATH of { $host }
explain-no-jupyter-remedy = Add what you type before `jupyter lab` there: setup = ["module load python"] or setup = ["conda activate NAME"]; or install it with `pip install --user jupyterlab`.

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

## The menu (src/app/view/menu.rs)

menu-host-closed = ○ { $host }
menu-host-ready = ● { $host }
menu-host-failed = ▲ { $host }: click to try again
menu-host-no-network = ◌ { $host }: waiting for the network
menu-host-asks = ◐ { $host }: waiting for your answer
menu-host-working = ◐ { $host }: { $phase }
menu-host-working-for = ◐ { $host }: { $phase }, { $time }
menu-kernels = { $total ->
    [0] no kernels
    [one] { $busy ->
        [0] 1 kernel, idle
       *[other] 1 kernel, busy
    }
   *[other] { $busy ->
        [0] { $total } kernels, none busy
       *[other] { $total } kernels, { $busy } busy
    }
}
menu-node = on { $node }
menu-more = { $host }: More
menu-open-tab = Open Tab
menu-copy-link = Copy Link
menu-kernels-menu = Kernels
menu-notebook = { $path } ({ $state })
menu-notebook-busy = ● { $path }
menu-notebook-idle = ○ { $path }
menu-forward = { $name } (localhost:{ $port })
menu-show-log = Show Log
menu-disconnect = Disconnect
menu-stop = Stop Jupyter…
menu-cancel = Cancel
menu-dismiss = Dismiss
menu-offers = Hosts of your SSH configuration: choose one
menu-no-hosts = No hosts yet: `remote-jupyter add ALIAS` adds one, and so does Edit Configuration
menu-more-hosts = More Hosts ({ $count })
menu-complaint = The configuration has errors; the last good one is in force
menu-add = Add Host from SSH Config
menu-edit = Edit Configuration…
menu-login = Launch at Login
menu-login-approval = To be allowed in System Settings, General, Login Items
menu-help = Help
menu-diagnostics = Copy Diagnostics
menu-about = About Remote Jupyter
menu-quit = Quit Remote Jupyter
time-seconds = { $count } s
time-minutes = { $count } min
time-hours = { $hours } h { $minutes } min

## Notifications (src/app/view/notification.rs)

notice-ready = { $host } is ready
notice-was-running = Jupyter { $version } was running on { $node }.
notice-was-started = Jupyter { $version } was started on { $node }.
notice-try-again = Try Again

## Dialogs (src/app/prompts.rs, src/app/app.rs)

dialog-host-key = Is this really { $host }?
dialog-host-key-text =
    { $host } is not known yet. It shows this { $kind } key:

    { $print }

    Compare it with what its administrator gives. If it differs, somebody may be in between.
dialog-host-key-also =
    At port 22 the same host is known by:
    { $others }
dialog-connect = Connect
dialog-passphrase = Passphrase for { $host }
dialog-remember = Remember it in the keychain
dialog-login = Log in to { $host }
dialog-stop = Stop Jupyter on { $host }?
dialog-stop-kernels = { $total ->
    [one] { $busy ->
        [0] Its kernel ends, and what it holds in memory is lost.
       *[other] Its kernel is busy. It ends, and what it computes and holds in memory is lost.
    }
   *[other] { $busy ->
        [0] Its { $total } kernels end, and what they hold in memory is lost.
       *[other] { $busy } of its { $total } kernels are busy. They end, and what they compute and hold in memory is lost.
    }
}
dialog-stop-unknown = What its kernels do is not known; some may be busy. They end, and what they compute and hold in memory is lost.
dialog-stop-yes = Stop Jupyter
dialog-stop-anyway = Stop Anyway
dialog-hosts = Remote Jupyter is in the menu bar
dialog-about = Remote Jupyter { $version }
dialog-about-text =
    Opens a notebook tab from a remote machine with one click.

    MIT or Apache-2.0, at your choice.
app-runs-already = Remote Jupyter is running already: its icon is in the menu bar.
app-no-tray = remote-jupyter: there is no place for a tray icon here: { $error }

## What goes wrong on this machine (src/problem/local.rs)

not-opened-title = { $path } cannot be opened
not-opened-remedy = See whether { $path } can be written, and which program opens such files.
no-browser-title = The browser did not open
no-browser-remedy = Check `browser` in the configuration.
not-added-title = { $alias } was not added
not-added-remedy = See { $path }.
login-item-title = Launch at Login was not changed
login-item-remedy = Change it in the settings of your system.
no-clipboard-title = The clipboard cannot be used
no-clipboard-remedy = Try it again; another program may hold it.

## login-item (src/cli/login_item.rs)

help-login-item = Start the app at login
help-login-item-action = on, off, or status
help-url = Do what an address of ours says, as the system's handler for it
help-url-url = remote-jupyter://open/HOST, …/close/HOST, or …/list
login-item-on = Remote Jupyter starts at login.
login-item-off = Remote Jupyter does not start at login.
login-item-approval = Remote Jupyter waits to be allowed in System Settings, General, Login Items.
login-item-not-here = Remote Jupyter cannot start at login here: { $reason }

## Buttons of dialogs (src/platform/linux, src/platform/macos)


## A connection that is lost and made anew (src/problem/connection_lost.rs, src/session/fsm/reconnect.rs)

phase-reconnecting = reconnecting
lost-title = The connection to { $host } is lost
lost-remedy = A Jupyter that was running there still is: open it again.
lost-tried = It was tried again for { $minutes } min. Lastly:
lost-needs-answer = The login there needs an answer, and nobody is asked while reconnecting: { $prompt }
lost-other-machine = Another machine answers to that name: { $seen } instead of { $known }.
lost-not-listening = Its process is there, but does not listen any more.
lost-not-now = Another one is being made.
lost-not-now-remedy = Try again when it stands.
lost-again = { $host } is connected again.
server-ended-title = Jupyter on { $host } has ended
server-ended-detail = Its process is gone: it was shut down or killed, or its machine was restarted.
server-ended-killed = Its process was ended by KILL, as a system does when memory runs out.
server-ended-killed-remedy = Open it again to start another one; load less data at once, or ask for more memory.
server-ended-outside = All its processes were ended from outside.
server-ended-restart = Its machine was restarted.
server-ended-remedy = Open it again to start another one; `remote-jupyter logs { $host }` may say why it ended.

## A session's remarks (src/session)

session-no-ssh = There is no `ssh` on this machine, so ~/.ssh/config was not read.
session-set-env = SetEnv of the ssh configuration is not sent: name the variables in `env` of the host instead
session-target = { $destination } is { $user }@{ $host } port { $port }
session-other-click = Jupyter is being started there by another click; waiting.
session-no-browser = The browser did not open: { $reason }
session-forward = { $name } is at localhost:{ $port }
session-forward-moved = { $name } is at localhost:{ $port } ({ $taken } is in use)
session-forward-forbidden = The SSH server forbids the forward to { $target }: { $reason }
session-nobody = nobody could be asked
session-port-taken = Local port { $taken } is in use by another program; { $port } is used instead.
session-password = This server asks for its password in the tab.
session-other-page = This Jupyter does not have the page that was asked for: the tab shows the one that it has.
session-open-to-all = This server has neither token nor password: every account on its machine and on this one can use it.
session-none-runs = No Jupyter of yours runs on { $host }.
session-lost-launch = The Jupyter that was started on { $host } before was ended from outside. If this host ends what you leave running at a logout, ask for `loginctl enable-linger`, or use its scheduler.
session-ends-at-logout = { $host } ends what you leave running when you log out, and Jupyter with it: it ends soon after this connection. Ask for `loginctl enable-linger` there, or use its scheduler.
session-lost-killed = The Jupyter that ran on { $host } before was ended by KILL, as a system does when memory runs out. Load less data at once, or ask for more memory.
session-lost-job = The job in which Jupyter ran on { $node } was ended from outside: it was cancelled, its time was up, or its node failed.
session-lost-restart = { $host } was restarted, which ended the Jupyter that was started there before.
session-lost-elsewhere = A Jupyter that was started on { $node } may still run there: { $host } leads to { $here } now. Set `ssh` of this host to a name that leads to { $node } to use or stop it. If it has ended, delete { $folder } there.
session-gone-itself = Jupyter on { $host } has shut down.
session-gone-launch = The Jupyter that was starting on { $host } was ended.
session-gone-signal = Jupyter on { $host } did not shut down by itself; { $signal } ended it.
session-stop-hung = `remote-jupyter stop { $host } --yes` ends its process, whatever its kernels do.
session-unusable-title = The Jupyter that was started on { $host } cannot be used
session-unusable-remedy = It was ended. `remote-jupyter logs { $host }` shows what it said.
session-unusable-runs-remedy = It still runs: `remote-jupyter stop { $host }` ends it, and `remote-jupyter logs { $host }` shows what it said.
session-not-stopped-title = Jupyter on { $host } did not end
session-not-stopped-detail = It was asked to shut down, then sent TERM and KILL.
session-not-stopped-remedy = Look at the process there: it may be waiting for a file system that is gone.
session-busy-title = Jupyter on { $host } was left running: kernels are busy
session-busy-detail = { $busy } of { $total } kernels are busy.
session-busy-remedy = `remote-jupyter stop { $host } --yes` ends them anyway.
session-none-title = No Jupyter of yours runs on { $host }
session-none-remedy = Start one there, or let it be launched: launcher = "direct" instead of "attach".
session-sight = Jupyter { $version }, process { $pid }, { $place }, in { $root }
session-sight-answers = Jupyter { $version } answers through a forward
session-sight-forwards = a forward to the remote host is allowed
session-place-port = port { $port }
session-place-socket = socket { $path }

dialog-ok = OK
dialog-cancel = Cancel

## The keychain (src/desktop/keychain.rs)

keychain-absent = No keychain can be reached here: { $why }
keychain-refused = The keychain is locked, or access to it was refused: { $why }
keychain-failed = The keychain could not do it: { $why }
keychain-label = Passphrase of { $key } (Remote Jupyter)

## The login item (src/desktop/login_item.rs)

autostart-comment = Notebook tabs from your remote machines
autostart-no-program = This program's own file cannot be found: { $why }
autostart-odd-path = { $path } cannot be written into an autostart entry: rename it
autostart-no-folder = There is no home folder to keep the entry in
autostart-not-written = { $path }: { $why }
autostart-mac-config = The system opens the app without arguments: it cannot start with { $path } at login
autostart-mac-refused = The system refused (code { $code }). See System Settings > General > Login Items

## Batch jobs (src/launcher, src/remote/discovery.rs, src/problem/job.rs)

phase-submitting = submitting a job
phase-queued = queued
session-gone-job = The job on { $host } is gone.
job-resumed = Job { $id } of { $scheduler } is waiting there already; the wait goes on.
job-no-list = { $scheduler } gives no list of jobs now, and is asked again: { $words }
job-left = Job { $id } was started by hand and stays where it is.
job-not-ended = The scheduler still lists the job: look at it there.
launch-not-ended = It did not end either: `remote-jupyter stop` tries again.
job-sight = job { $id } ({ $name }): { $state }
launch-sight = a Jupyter that was started from here still runs, and does not serve: { $folder }
job-number = job { $id }
job-starts = starts ≈ { $time }
job-time-left = { $time } left
rehearsal-start = a start there runs { $path }
rehearsal-taken = { $scheduler } would take the job, which was not submitted: { $words }
rehearsal-queue = { $scheduler } answers, and has the queue
rehearsal-open = { $scheduler } was asked about the job, which was not submitted, and says: { $words }
rehearsal-refused = { $scheduler } on { $host } would refuse the job, which was not submitted
rehearsal-refused-remedy = Change the host's queue, resources or options in the configuration.
job-not-given = { $scheduler } on { $host } cannot be reached, and was not given the job
job-not-given-remedy = Try again when the scheduler's server works. Nothing was left in the queue.
job-not-taken = { $scheduler } on { $host } was given the job, and has none
job-not-taken-remedy = Its command printed no job id, and no list shows such a job. Look in `options` for one that only checks a job, as --test-only and -verify do.
job-refused = { $scheduler } on { $host } refused the job
job-refused-remedy = Change the host's queue, resources or options in the configuration; nothing was left in the queue.
job-no-scheduler = { $scheduler } cannot be used on { $host }
job-no-scheduler-remedy = Its commands have to be on the PATH of a login shell there: try `ssh { $destination }` and a command of it, and load its module in ~/.profile.
job-other-scheduler = The commands there are those of { $kind }.
job-other-scheduler-remedy = Set launcher = "{ $kind }" for this host.
job-silent = { $scheduler } on { $host } gives no list of jobs
job-silent-remedy = Try it again when the scheduler works; a job of yours is not lost by that.
answer-cut = An answer of the remote host came cut off.
job-unnumbered = The answer to its submission never came, so its number is not known.
job-unanswered = { $scheduler } did not say whether it took the job for { $host }
job-uncertain = { $scheduler } does not say whether job { $id } on { $host } still exists
job-uncertain-remedy = Try again in a minute. No other job is submitted meanwhile.
job-uncertain-folder-remedy = Try again in a minute. No other job is submitted meanwhile. If you know that the job has ended, delete its folder { $folder } on the remote host.
job-sight-doubt = job { $id }: the scheduler does not show it, nor does it say that it has ended
job-sight-unnumbered = a job whose submission was not answered
job-stuck = The scheduler says that job { $id } cannot start as things are ({ $reason }). It keeps its place in the queue.
job-never = Job { $id } on { $host } can never start as it is
job-never-remedy = Change what the host asks for (queue, cores, memory, walltime, options), then open it again. A job that we submitted was taken out of the queue.
job-ended = Job { $id } on { $host } ended before Jupyter was there
job-ended-status = Job { $id } on { $host } ended with status { $status } before Jupyter was there
job-ended-remedy = The last lines of its log say why; open the host again when that is put right.
job-ended-silent-remedy = It left no log: the scheduler or somebody else ended it, or its node cannot reach your home folder.
job-gone = Job { $id } on { $host } has ended, and Jupyter with it
job-gone-detail = The scheduler does not list it any more: its time was up, it was cancelled, or its node failed.
job-gone-remedy = `{ $command }` starts another one; give it a longer walltime if its time was up.
job-time-up = The time of job { $id } on { $host } is up
job-time-up-detail = The scheduler ended the job at its walltime, and Jupyter with it. What kernels held in memory is lost; saved notebooks are not.
job-time-up-remedy = `{ $command }` starts another one; a longer walltime in the configuration gives it more time.
job-slow = The job for { $host } runs on { $node }, and no Jupyter listens there
job-slow-detail = It was waited for as long as --timeout says. The job is left running.
job-slow-remedy = See `remote-jupyter logs { $host }`. A job script of your own has to let Jupyter listen on the node's own address (--ip).
job-time = { $hours ->
    [0] { $minutes } min
   *[other] { $hours } h { $minutes } min
}
notice-job-started = Job { $id } has started on { $node } after { $time } in the queue.

## Host certificates and revoked keys (src/ssh/known_hosts/)

certificate-not-for-hosts = its certificate is not one for hosts
certificate-not-yet = its certificate is not valid yet (check the clock here)
certificate-expired = its certificate has expired
certificate-other-name = its certificate does not name { $host }
certificate-options = its certificate has conditions that are not understood
certificate-algorithm = its certificate is signed with { $name }, which is not accepted
certificate-forged = the host's certificate is damaged, or its signature is wrong
revoked-keys-line = line { $line } is not a public key
host-key-no-file = UserKnownHostsFile is none, so there is nowhere to keep it
explain-host-key-short = The RSA host key of { $host } has only { $bits } bits: nothing was sent
explain-host-key-short-detail = { $fingerprint } has { $bits } bits, and RequiredRSASize is { $min }
explain-host-key-short-remedy = Ask the host's administrator for an Ed25519 key, or an RSA key of at least { $min } bits. Lower RequiredRSASize in ~/.ssh/config only if you accept the short key.
explain-host-key-revoked-detail = { $fingerprint } is revoked in { $place }

## Ways to log in (src/ssh/auth/)

login-certificate = certificate { $file }
login-certificate-expired =
    { $days ->
        [0] it expired today
        [one] it expired yesterday
       *[other] it expired { $days } days ago
    }
login-certificate-not-yet = it is not valid yet
login-agent-nonsense = its answer makes no sense
login-agent-silent = it does not answer
login-agent-will-not-sign = it would not sign
login-waits = The login at { $host } has been silent for { $seconds } s. Perhaps it waits for you: look at your phone, or touch your security key.
login-silent = The login was silent for { $seconds } s, perhaps because it waited for you: for a confirmation on a phone, or a touch of a security key.
login-batch = BatchMode is yes, so nobody is asked
login-key-no-key = there is no private key in it
login-key-type = a type of key that is not supported
login-key-passphrase = it needs a passphrase
login-key-open = not used, since others may read it (mode { $mode }): chmod 600 { $file }
login-key-security = a security key, which only an agent can use
login-key-sha1 = { $what }: the server takes it with SHA-1 signatures alone
login-key-other-half = the public key beside it is another key's
explain-auth-said = the server said: { $words }
explain-auth-too-many = { $host } hung up: too many keys were tried
explain-auth-too-many-remedy = Name the right key in the ssh configuration: IdentityFile, with IdentitiesOnly yes.
explain-auth-hung-up = { $host } hung up in the middle of the login of { $user }
explain-auth-hung-up-remedy = The account there may be closed or expired, or too much time passed. Check with `ssh { $destination }`.
explain-password-expired = { $host }: the password of { $user } has expired
explain-password-expired-remedy = Log in once with `ssh { $destination }` and change it there.
explain-second-factor = { $host } took the first factor of { $user }, and then no second one
explain-second-factor-remedy = Check the code, and the clock of the device that makes it; then try again.
explain-key-open = { $host }: the key { $file } was not used, since others may read it
explain-key-open-remedy = Close it to others: `chmod 600 { $file }`.
explain-certificate = { $host }: the certificate is out of date
explain-certificate-remedy = Get a new one from whoever signed it, then try again.
explain-security-key = { $host }: a security key is used through an agent only
explain-security-key-remedy = Load it with `ssh-add { $file }`.
explain-pkcs11 = { $host }: PKCS11Provider is not supported
explain-pkcs11-remedy = Load the device's keys into the agent with `ssh-add -s { $provider }`.
explain-auth-method = { $host } offers only methods that are not supported: { $offered }
explain-auth-method-remedy = Ask there for a login with a key or a password. Kerberos (GSSAPI) and host-based logins work with ssh alone.
explain-agent = { $host } refused the login of { $user }, and the agent did not help
explain-agent-remedy = Check the agent with `ssh-add -l`; it may be locked, or hang. IdentityAgent none does without it.
explain-algorithms = { $host }: { $keyword } asks for nothing that is supported
explain-algorithms-detail =
    asked for: { $asked }
    possible: { $possible }
explain-algorithms-remedy = Add one of the possible ones to { $keyword } for this host in the ssh configuration.
explain-no-common-algorithm = { $host } ({ $server }) has no algorithm in common with this program
explain-no-common-algorithm-remedy = The server knows SHA-1 alone, which is not safe any more and refused here. Look at `ssh -vv { $destination }` for what it offers, and have the server updated.
explain-no-common-lists = { $keyword }: the server offers { $theirs }; this program has { $ours }
explain-post-quantum-remedy = The server allows post-quantum key exchange alone, which this program does not have yet. Ask its administrator to allow curve25519-sha256 as well.
explain-no-common-list-remedy = Ask the server's administrator to allow one of this program's algorithms, and check that your ssh configuration does not leave them out.
explain-no-common-unknown-remedy = Look at `ssh -vv { $destination }` for what the server offers.

## Jump hosts and proxy commands (src/hops, src/problem/jump_host.rs)

hops-way = through { $hops }
hops-name = the jump host { $hop }
hops-step = jump host { $hop }: { $step }
hops-shared = jump host { $hop }: the session that stands is shared
hops-proxy-said = the ProxyCommand said: { $said }
hops-proxy-token = the ProxyCommand `{ $command }` holds a percent sign that is none of %%, %h, %n, %p and %r
hops-proxy-shell = { $value } would be more than a name to the shell that runs the ProxyCommand `{ $command }`
hops-bind-interface = BindInterface { $interface } is not supported on this system: use BindAddress
hops-waited = at the jump host { $hop }
hops-title = { $host }: { $title }
hops-forbids = { $host } may not connect to { $place }
hops-forbids-remedy = Ask its administrator to allow { $place } (AllowTcpForwarding, PermitOpen), or use another jump host.
hops-unreachable = { $host } does not reach { $place }
hops-unreachable-remedy = Look from there: `ssh { $destination }`, and then whether { $wanted } is up and its HostName and Port are right as seen from there.
hops-loop = The way to { $host } leads through the same jump host again, or through too many
hops-loop-remedy = Check each ProxyJump in ~/.ssh/config; `ProxyJump none` takes one away from a host.
hops-proxy-failed = The ProxyCommand of { $host } ended without a connection
hops-proxy-failed-remedy = Run it by hand in a terminal; it should print the greeting of an SSH server.
hops-proxy-path = PATH of this program: { $path }
hops-proxy-path-remedy = Write the whole path of the program into ProxyCommand: an app started from the desktop has another PATH than your terminal.
hops-proxy-shell-remedy = Set SHELL to a shell that exists: ProxyCommand is run by it, and { $shell } cannot be started.

## Login shells (src/session/driver/remote_script.rs)

start-up-slow = The start-up files of your account on { $host } are still running; waiting for them. `ssh { $host }` shows what they do.
session-opens-slowly = The login at { $host } is done, and its session takes long to open. Perhaps a home folder is mounted there, or it waits for you: look at your phone.

## HTTPS (src/jupyter/api.rs, src/session/fsm/mod.rs, src/problem/mod.rs)

api-other-certificate = the server shows another certificate than before, and was sent nothing: { $why }
session-own-certificate = This server speaks HTTPS with a certificate of its own, so the browser will warn. Its SHA-256 fingerprint must be { $fingerprint }
explain-other-certificate-remedy = Open it again if you know why it changed, as after a restart with a new certificate.

## Launchers (src/desktop/shortcut.rs, src/cli/shortcut.rs)

help-launcher = Make an application of its own for one host, which Spotlight and other searches find
help-launcher-host = The host, a configured one
help-launcher-list = List those that are there
help-launcher-remove = Remove the one of this host
usage-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
launcher-name = Jupyter { $host }
launcher-comment = Opens the notebook tab of { $host }
launcher-made = { $path } opens { $host } from now on.
launcher-none = There is no launcher yet.
launcher-none-of = There is no launcher for { $host }.
launcher-not-configured = (this host is not configured any more)
launcher-taken = { $path } is there already, and is not ours
launcher-mac-config = The system opens the app without arguments: a launcher cannot start it with { $path }
launcher-title = The launcher for { $host } was not changed
launcher-remedy = Put right what stands above, then try again.
menu-launcher = Keep in Applications

## uninstall (src/cli/uninstall.rs)

help-uninstall = Remove what the program keeps on this machine: login item, launchers, state and logs
help-purge = The configuration too
uninstall-removed = Removed: { $what }
uninstall-login-item = the login item
uninstall-keychain =
    { $count ->
        [one] 1 passphrase in the keychain
       *[other] { $count } passphrases in the keychain
    }
uninstall-app-runs = Remote Jupyter is running: nothing was removed
uninstall-app-runs-remedy = Quit it in its menu, then try again.
uninstall-tunnels = Tunnels are open ({ $hosts }): nothing was removed
uninstall-tunnels-remedy = Close each with `remote-jupyter close HOST`, as in `remote-jupyter { $first }`, then try again.
uninstall-configuration-stays = Kept: { $path }. `remote-jupyter uninstall --purge` removes it too.
uninstall-servers-here = Kept: { $path }, for it holds the servers that were started on this machine from elsewhere.
uninstall-host = Not touched: { $host }. If Jupyter still runs there, `remote-jupyter stop { $host }` ends it.
uninstall-host-elsewhere = Not touched: { $host } of { $config }. If Jupyter still runs there, `remote-jupyter -c { $config } stop { $host }` ends it.
not-removed-title = { $path } was not removed
not-removed-remedy = Remove it by hand.
keychain-kept-title = Passphrases stay in the keychain
keychain-kept-remedy = Remove the entries of Remote Jupyter by hand, in the program that shows your keychain.

## A new version (src/app/updates.rs)

menu-update = Version { $version } Is There…
menu-check-updates = Check for Updates
update-title = Version { $version } is there
update-text = You have { $current }. Its page tells what is new and how to get it.
update-show = Show Page
update-none-title = There is no newer version
update-none-text = You have { $current }.
no-release-title = Whether there is a newer version could not be found out
no-release-remedy = Try it again later; the network may be away.
release-status = the answer was { $status }

## Waiting for a job (src/session/job.rs)

job-place = place { $place } in the queue
job-held = Job { $id } is on hold ({ $reason }). It keeps its place and goes on waiting, until it is released.
job-suspended = Job { $id } on { $host } is suspended, and Jupyter with it
job-suspended-remedy = The scheduler has stopped it for a time, for other jobs or at an operator's command; kernels go on where they were. Try again when the job runs, or end it with `remote-jupyter stop { $host }`.
job-confused-title = Which Jupyter is that of { $host } cannot be told
job-confused-detail = Job { $id } and another one of yours run job scripts of your own on { $node }, and their servers came at the same time.
job-confused-remedy = Let each script's Jupyter listen on a port of its own, and give each host that port as remote_port.
scheduler-hangs = (no more came within { $seconds } seconds)

## Logs of one's own job script (src/session/driver/logs.rs)

log-at-the-end = { $path } is not there yet: the scheduler brings what a job writes when the job ends.

## A server that ends because nobody uses it

idle-ended-title = Jupyter on { $host } was not used, and has ended
idle-ended-detail = It had been idle for as long as idle_stop allows.
idle-ended-remedy = Open it again to start another one. What a kernel had computed and not saved is gone.

## The time of a job (src/session/walltime.rs, src/cli/extend.rs)

job-time-up-of = The time of job { $id } on { $host } is up ({ $time })
time-short = The time of job { $id } is up in { $time }: save your notebooks. What kernels hold in memory is lost then.
time-longer = Job { $id } has until { $until } now ({ $time } left).
extend-refused = { $scheduler } gives the job for { $host } no more time
extend-refused-remedy = Ask your site's administrators to extend the job, or save your work and start again with a longer walltime.
extend-no-command = { $scheduler } has no command that puts off the end of a job that runs.
extend-same-end = It took the command, and the end of the job is what it was.
extend-no-end = No job with an end runs for { $host }
extend-no-end-remedy = Only a batch job of `remote-jupyter open { $host }` that runs already, and has a walltime, can be extended.
help-extend = Give the job that Jupyter runs in more time
help-extend-time = How much more, H:MM:SS or D-HH:MM:SS; 1:00:00 without it
menu-extend = Extend by 1 Hour
menu-start-again = Start Again
menu-start-again-with = Start Again with { $notebook }
menu-host-ended = ▲ { $host }: ended; click to start again
menu-host-short = ● { $host }: { $time } left
notice-short = { $host }: { $time } left
notice-longer = { $host } has more time
notice-start-again = Click to start again.
notice-start-again-with = Click to start again with { $notebook }.

## The route to a compute node (src/problem/node_route.rs, src/session/fsm/route.rs, src/connect/node.rs)

route-hop = an SSH session to { $node } ({ $address }), through the login host's
route-step = node { $node }: { $step }
route-moves = { $why }. Jupyter is started again there, on the node's own address.
route-sight = the way to { $node }: { $route }
route-sight-hop = an SSH session of its own, through the login host's
route-sight-address = the login host connects to the node's address
route-sight-relay = a command of the scheduler beside the job
route-no-hop = { $node } takes no SSH session for { $host }
route-no-hop-remedy = Ask the site whether its nodes take SSH while a job of yours runs there. With bind = "node" Jupyter listens on the node's own address and no session is needed; bind = "auto" finds out what works.
route-barred = { $by } lets no connection through to Jupyter on { $host }
route-barred-remedy = Ask its administrator to allow it (AllowTcpForwarding, PermitOpen), or leave bind at "auto", which tries other ways.
route-forbidden = The SSH server of { $host } forbids the forward to Jupyter
route-forbidden-remedy = Ask its administrator to allow forwards to 127.0.0.1 or localhost (AllowTcpForwarding, PermitOpen), or try bind = "socket".
route-socket = The SSH server of { $host } refuses connections to Jupyter's socket
route-socket-remedy = Set bind = "loopback" and stop the server that runs now, or ask the administrator to allow forwards to sockets (AllowStreamLocalForwarding).
route-not-there = The Jupyter that a file names does not run on { $node }, for { $host }
route-not-there-remedy = Let the job script's Jupyter listen on the node's own address (--ip), or end its job and open { $host } again.
route-none = No way leads to where Jupyter listens on { $node }, for { $host }
route-kept = Jupyter in the job of { $host } cannot be reached from here, and is in use
route-kept-remedy = Its kernels were left alone. Use the machine that reaches it, or `remote-jupyter stop { $host }` and open it again.

## Kernels that cannot be counted (src/session/fsm/mod.rs, src/ssh/prompt.rs)

ask-end-uncounted = The kernels on { $host } cannot be counted, and some may be busy. End them anyway? (yes/no)
session-uncounted-title = Jupyter on { $host } was left running: its kernels cannot be counted
session-uncounted-detail = A server that takes a password alone does not tell what its kernels do; some may be busy.

## Relays through a scheduler
relay-silent = the relay gave no answer within 45 seconds
relay-ended = the relay has ended without a word
route-no-relay = { $scheduler } lets no command into the job of { $host }
route-no-relay-remedy = Slurm does so for every job that runs; Grid Engine for one of at least two slots (cores = 2) in a parallel environment with control_slaves.
route-no-way = No way leads to Jupyter on { $node }, for { $host }
