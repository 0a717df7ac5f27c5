# Everything that a person reads, in English. https://projectfluent.org tells the form.
#
# A name is PLACE-WHAT. Titles are one line without a full stop; remedies are sentences.
# Names of hosts, files and commands come in as arguments and are shown as they are.

## What can be typed (src/cli/arguments.rs)

help-about = Opens a Jupyter tab from a remote host over SSH, with one command
help-config-file = The configuration file [default: ~/.config/remote-jupyter/config.toml]
help-ssh-config = An ssh configuration file to use instead of ~/.ssh/config (like ssh -F)
help-verbose = More output; -vv for debug output
help-open = Open the notebook tab of a host, and keep the tunnel open until Ctrl-C
help-open-host = The host [default: default_host, or the only configured host]
help-no-browser = Do not open the browser
help-notebook = A notebook or folder to open, relative to the server's working folder
help-profile = Start a server with this profile of the host, beside its own, or use the one that runs with it
help-cores = CPU cores of the job that is started, in place of the configured ones
help-memory = Its memory, as in 16G
help-gpus = Its GPUs
help-walltime = Its longest time, as in 2:00:00
help-queue = Its queue or partition
help-timeout = Time limit in seconds, not counting the time spent at prompts [default: { $seconds }]
help-json-events = Print events as JSON, one object per line
help-json = Print JSON, one object per line
help-list = List the configured hosts
help-status = Show open tunnels and the state of their kernels; for a named host, also what runs on it
help-host = The host
help-only-host = Only this host
help-watch = Keep running, and print each change
help-only-host-of-all = Only this host [default: all]
help-close = Close the tunnel; the server keeps running
help-stop = Stop the Jupyter server on a host
help-yes = End busy kernels without asking
help-logs = Show the log of the server in use, or of the newest one that Remote Jupyter started
help-doctor = Check what a click does, as far as that starts nothing, and show how to fix what fails
help-add = Add a host from your ssh configuration
help-alias = Its alias in the ssh configuration
help-config = Show, check or edit the configuration file
help-config-path = Print the path of the file
help-config-check = Report errors in the file
help-config-edit = Open the file in your editor
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

cli-no-display = The app needs a desktop, but no display is available
cli-no-app = The menu-bar app is not installed beside this command, or cannot be started
cli-open-remedy = Run `remote-jupyter open HOST` to open a host, or `remote-jupyter --help` to see all commands.
cli-no-file = The file { $file } does not exist
cli-no-file-remedy = Check the path after --config.
cli-config-broken = The configuration has errors
cli-hosts =
    { $count ->
        [one] 1 host
       *[other] { $count } hosts
    }
cli-configured = configured: { $names }
cli-which = Which host?
cli-notebook-outside = The notebook is not in the folder of Jupyter on { $host }
cli-notebook-outside-remedy = Use a path relative to the folder that Jupyter starts in (`workdir` in the configuration), such as `--notebook sub/plots.ipynb`.
cli-which-remedy = Name a host, or set `default_host`.
cli-which-none = No hosts are configured in { $file }
cli-which-none-remedy = Name any destination that ssh accepts. Run `remote-jupyter add ALIAS` to add a host to the configuration.
cli-unknown = No host is named { $name }
cli-unknown-profile = { $host } has no profile named { $profile }
cli-profiles = profiles: { $names }
cli-profiles-none = It has no profiles.
cli-unknown-profile-remedy = Name one of its profiles, or add [host.profile.{ $profile }] to the configuration (`remote-jupyter config edit`).
cli-no-scheduler = { $host } has no scheduler that could be asked for { $resources }
cli-no-scheduler-remedy = Leave these options out, or set launcher for this host in the configuration.
cli-unheeded = The profile of { $host } asks a scheduler for { $key }, and the host has none
cli-unheeded-remedy = Set the scheduler of the host in the configuration, as in launcher = "slurm", or remove { $key } from the profile.
cli-open-already = { $host } is open already, and { $resources } would not change that
cli-open-already-detail = Resources apply only to a job that starts.
cli-open-already-remedy = Run `remote-jupyter open { $host }` to see its tab. To replace its job, run `remote-jupyter stop { $host }` first. To have two jobs, add a profile to the configuration.
cli-unknown-remedy = Run `remote-jupyter add { $name }` to add it from your ssh configuration.

## open (src/cli/open.rs, report.rs)

open-stays = The tunnel stays open until Ctrl-C; Jupyter keeps running after that.
open-no-notebook = Jupyter on { $host } has no { $path } in its folder, so the tab shows an error or an empty page. The path is relative to the folder that Jupyter was started in.
open-press-return = Press Return to log in again here.
open-closed = The tunnel to { $host } was closed.
open-was-running = Jupyter { $version } on { $host } (process { $pid }) was running; ready after { $seconds } s.
open-was-started = Jupyter { $version } on { $host } (process { $pid }) was started; ready after { $seconds } s.
open-held = Jupyter { $version } on { $host } (process { $pid }); another remote-jupyter holds this tunnel.

## list, status, close, stop, logs (src/cli/servers.rs, status.rs)

list-empty = No hosts are configured. Run `remote-jupyter add ALIAS` to add one from your ssh configuration, or `remote-jupyter open DESTINATION` to open one without configuring it.
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
status-ended = { $phase }, since { $time }: { $title }
status-log-in = lost at { $time } ({ $cause }); `remote-jupyter open { $host }` logs in again
status-next-try = lost at { $time } ({ $cause }); next try in { $count } s
status-trying = lost at { $time } ({ $cause }); reconnecting now
close-none = There is no open tunnel to { $host }.
close-done = The tunnel to { $host } is closed; Jupyter keeps running there.
forward-open = Local port { $port } leads to { $remote } on { $host }, as long as the tunnel is open.
stop-done = Jupyter on { $host } has shut down.
status-unseen = Could not check what runs on the host: { $why }
logs-not-ours = The Jupyter server in use (process { $pid }) was not started by Remote Jupyter, so the location of its log is unknown. This is the log of the newest server that Remote Jupyter started.
logs-none = Remote Jupyter has not started a server on { $host } yet.

## doctor (src/cli/doctor.rs)

doctor-this-machine = Local computer
doctor-here = local computer
doctor-ssh = ssh: { $version }
doctor-no-ssh = `ssh` was not found, so ~/.ssh/config cannot be read
doctor-configuration = configuration { $file }: { $hosts }
doctor-sockets = control sockets in { $folder }
doctor-browser = browser { $browser }
doctor-login-shell = the login shell ({ $shell }) works; the host's own name is { $node }
doctor-jupyter = Jupyter on the PATH: { $path }
doctor-no-jupyter = `jupyter` is not on the PATH by default: add it in `setup`, as in setup = ["module load python"]
doctor-found = found { $server }
doctor-none = no Jupyter server of yours is running
doctor-passed-over = passed over: { $reason }

## add, config (src/cli/configure.rs)

add-failed = { $alias } cannot be added
add-done = Added { $alias } ({ $user }@{ $host }) to { $file }. Run `remote-jupyter open { $alias }` to open it.
config-uneditable = { $file } cannot be edited
config-uneditable-remedy = Set EDITOR to your editor, or open the file yourself.
config-good = { $file } is valid: { $hosts }.
config-absent = { $file } does not exist yet; the defaults apply.
config-template-about = Remote Jupyter: docs/reference/configuration.md describes every setting.
config-template-name = an alias from your ~/.ssh/config; no other setting is required

## Who holds a host's tunnel (src/ipc/host_lock.rs)

claim-silent = another remote-jupyter process holds this host and does not answer

## Which running server is the right one (src/jupyter/select.rs, server.rs)

server-same-folder = { $count } servers are running; selected the one in { $folder }
server-newest = { $count } servers are running; selected the newest, in { $folder }
server-other-folder = The working folder of the running server is { $folder }, not the configured one
server-other-port = the server of process { $pid } listens on { $port }, not on { $wanted }
server-on-socket = the server of process { $pid } listens on a socket, not on { $wanted }
server-malformed = { $file } is malformed: { $why }
server-foreign = process { $pid } belongs to another account
server-names-other = { $file } names process { $pid }
server-reused = process { $pid } is not Jupyter (its number was reused)
server-socket = the socket { $socket } is gone or belongs to another account
server-no-port = it names no port
server-silent = nothing listens on port { $port }
server-foreign-port = another account listens on port { $port }
server-editors = process { $pid } is a server that VS Code started for its own use, and is left alone
server-hubs = process { $pid } is JupyterHub's own server, and is left alone: reach it through the Hub
server-refused = the server of process { $pid } is passed over: { $why }

## Jupyter's own answers (src/jupyter/api.rs)

api-no-answer = no answer: { $why }
api-silent = no data received within { $seconds } s
api-status = the server answered { $status }
api-not-jupyter = not a response from Jupyter: { $why }
api-no-page = it has no Lab, Notebook or nbclassic page: `pip install jupyterlab` adds one

## Questions (src/ssh/prompt.rs). The answers are yes and no in every language.

ask-host-key = The host { $host } is not known yet. Its { $kind } key is { $fingerprint }. Do you trust this key? (yes/no)
ask-host-key-also-known = The host { $host } is not known yet. Its { $kind } key is { $fingerprint }. On port 22 it is known by { $others }. Do you trust this key? (yes/no)
ask-end-kernels = { $busy } of { $total } kernels on { $host } are busy. End them anyway? (yes/no)
ask-passphrase = Passphrase for the key { $key }:
ask-passphrase-again = Wrong passphrase. Passphrase for the key { $key }:
ask-password = Password for { $user }@{ $host }:
ask-password-again = Refused. Password for { $user }@{ $host }:

## Logging in, and what the server's key is (src/ssh/auth/, src/ssh/connection.rs, dial.rs, host_key.rs)

login-key = key { $file }
login-agent-key = agent key { $comment } ({ $fingerprint })
login-agent = ssh agent: { $why }
login-password = password
login-keyboard-interactive = keyboard-interactive
login-none = none
login-endless = the server sent more than { $count } messages in a row without an end of the login
login-refused = { $what }: refused
login-offered = the server offers { $offered }
login-done = logged in as { $user } with { $how }
login-no-file = key { $file }: no such file
login-no-variable = key { $file }: { $variable } is not set in the environment of this program; write the full path in IdentityFile
host-key-none = the server presented no host key
host-key-nobody-asked = StrictHostKeyChecking is yes, so you are not prompted
host-key-not-yes = the answer was not yes
host-key-type-unknown = unknown
dial-no-family = it has no address of the family that AddressFamily requires
dial-no-answer = no answer
dial-bad-bind = BindAddress { $address } is not an address
connected = connected to { $address } ({ $banner }), host key { $algorithm } is known
openssh-shared = connected over the connection that an ssh of yours has open ({ $path })
transport-configured = `transport` says so
transport-live = a connection is open already
transport-usual = nothing asks for another one
openssh-stale = nobody answers at the control socket { $path }
openssh-silent-master = the connection that an ssh of yours has open does not answer ({ $path })
openssh-shared-login = that connection; nobody logs in again
openssh-own = connected to { $address } ({ $banner }) by the ssh of this computer ({ $reason })
openssh-own-login = the ssh of this computer
connected-unchecked = connected to { $address } ({ $banner }); the host key { $algorithm } was not checked, because of NoHostAuthenticationForLocalhost

## What a destination means (src/ssh/resolve.rs)

resolve-bad = { $destination } is not an SSH destination: { $reason }; write an alias, user@host or ssh://user@host:port
resolve-no-ssh = cannot read { $file } for { $destination }: no ssh program was found; install OpenSSH, or omit the file
resolve-open-to-others = { $file } is not used for { $destination }: other accounts can change it, and it names commands to run
resolve-not-started = could not run { $program } to look up { $destination }: { $why }
resolve-refused = ssh does not accept { $destination }: { $message }; check with: ssh -G { $bare }
resolve-missing = the output of ssh -G for { $destination } has no usable { $option } line; check with: ssh -G { $bare }
resolve-no-host = it names no host
resolve-no-user = it names no user, and USER is not set
resolve-bad-port = its port is not a number from 1 to 65535
resolve-hyphen = a name can't begin with '-'
resolve-blank = it contains a space or a control character
resolve-shell = it contains a character that has a special meaning in a shell
resolve-usage = it is not a host, user@host or ssh://user@host:port
resolve-no-reason = it gave no reason

## Known host keys (src/ssh/known_hosts.rs)

known-hosts-unreadable = could not read the known host keys in { $file }: { $why }; make the file readable by you, or remove it
known-hosts-unwritable = could not write the key of { $host } to { $file }: { $why }; check that you may write there
known-hosts-name = the host name { $host } cannot be written to a known-hosts file; set a plain HostName or HostKeyAlias for the host in the ssh configuration
known-hosts-malformed = the key that { $host } sent is malformed; nothing was written to { $file }

## Errors of the configuration file (src/config/error.rs, mod.rs)

config-remedy = remedy: { $remedy }
config-not-toml = this is not valid TOML: { $why }
config-duplicate-key = keep one of the two
config-quotes = put the value in double quotes
config-line-ends = save the file with Unix or Windows line endings
config-write-toml = write it as TOML, as in: key = "text", key = 8 or key = true
config-unreadable = the file can't be read: { $why }
config-unreadable-remedy = check that this is a file and that you can read it
config-open-to-others = other accounts can change this file, which names commands to run
config-open-to-others-remedy = run: { $command }
config-not-utf8 = this is not UTF-8 text
config-not-utf8-remedy = save the file as UTF-8

## Keys and what they take (src/config/check.rs, keys.rs)

key-about = { $key }: { $message }
key-unknown = unknown key { $key }
key-belongs-top = it belongs at the top of the file, above the first [[host]]
key-belongs-under = it belongs under a { $header }
key-did-you-mean = did you mean { $near }?
key-take-out = remove it; valid keys here: { $keys }
key-wrong-type = { $key } takes { $expected }, not { $found }
key-write-as = write it as in: { $example }
key-write-table = write it as in: { $header }, with both pairs of brackets
key-write-named-table = give each a header with a name, as in: { $header }
key-environment-type = { $key }: { $name } takes a string, not { $found }
key-environment-quotes = put the value in quotes, as in: { $example }
key-missing = this { $header } has no { $key }
key-missing-remedy = add a line such as: { $example }
key-out-of-range = { $number } is out of range
key-out-of-range-remedy = write { $expected }, as in: { $example }
key-word-unknown = { $word } is not a valid value
key-word-one-of = write one of: { $words }
key-word-near = did you mean { $near }? write one of: { $words }
key-name-for-ssh = keep the name, and set the ssh destination, as in: ssh = "me@gpu01"
key-args = this host's { $other } cannot pass on args
key-args-remedy = write the options in { $other } itself, and remove args
key-duplicate-host = duplicate host name { $name }
key-duplicate-forward = duplicate forward name { $name }
key-duplicate-port = duplicate local port { $port } in this host
key-duplicate-remedy = line { $line } already has it: change one of the two
key-no-host = { $key }: there is no host { $name }
key-no-host-remedy = add a [[host]] with name = { $name }, or name another host
type-string = a string
type-whole-number = a whole number
type-number-from = a whole number, { $least } or more
type-number-between = a whole number from { $least } to { $most }
type-float = a decimal number
type-flag = true or false
type-date = a date or time
type-list = a list
type-table = a table
type-strings = a list of strings
type-environment = a table of strings
type-tables = tables under { $header }

## Forms of values (src/config/values.rs)

value-empty = the value is empty
value-empty-remedy = set a value, or omit the key to use the default
value-control = the control character { $character } is not allowed here
value-control-remedy = remove it: the value must be one line, without tabs or line breaks
value-hyphen = { $text } begins with a hyphen
value-hyphen-remedy = remove the hyphen: a command would read the value as an option
value-profile = { $text } cannot be a profile's name
value-profile-remedy = begin with a letter or a digit, and use only letters (a to z), digits, "-" and "_"
value-destination-hyphen = { $text } is not an ssh destination: a hyphen begins an option
value-destination-space = { $text } is not an ssh destination: it contains a space
value-destination-remedy = write an alias, user@host or ssh://user@host:port
value-duration = { $text } is not a duration
value-duration-remedy = write a whole number followed by s, m, h or d, as in: "90s", "30m", "2h", "1d"
value-walltime = { $text } is not a walltime
value-walltime-remedy = write hours:minutes:seconds, preceded by days if necessary, as in: "8:00:00" or "2-12:00:00"
value-base-url = { $text } is not a base URL
value-base-url-remedy = write a path that begins with a slash, of letters, digits and .~_-, as in: "/gpu01/" or "/"
value-memory = { $text } is not an amount of memory
value-memory-remedy = write a whole number followed by K, M, G or T, as in: "8G" or "512M"
value-remote = { $text } is not a host and a port
value-remote-remedy = write host:port with a port from 1 to 65535, as in: "127.0.0.1:6006", "[::1]:6006" or "6006"
value-variable = { $text } is not a valid name for an environment variable
value-variable-remedy = use only letters, digits and _, and do not start with a digit, as in: OMP_NUM_THREADS
value-language = { $text } is not a supported language
value-language-remedy = write one of: { $languages }; omit the key to use the system's language

## Changing the configuration file (src/config/edit.rs)

edit-exists = { $file } already has a host { $name }
edit-broken = fix the errors in the configuration first
edit-unwritable = { $file } can't be written: { $why }

## This machine: questions, browser, folders (src/host_os/terminal_prompt.rs, browser.rs, paths.rs)

ask-nowhere = there is no terminal and no SSH_ASKPASS program to prompt you with
ask-program-failed = SSH_ASKPASS { $program }: { $why }
ask-program-cancelled = SSH_ASKPASS was cancelled
ask-program-no-text = SSH_ASKPASS did not return text
ask-terminal-closed = the terminal was closed
login-page-title = Opening Jupyter
login-page-button = Open Jupyter
browser-nobody = no program on the local computer could open the page
browser-failed = `{ $browser }`: { $why }; check `browser` in the configuration
folder-open = { $folder } is accessible to other accounts; run `chmod 700` on it
folder-link = { $folder } is a link that another account has made; remove it

## What went wrong (src/problem/mod.rs)

explain-no-script = The login shell on { $host } exited without running the script
explain-no-script-remedy = Run `ssh { $destination }` and `ssh { $destination } true`; the second should print nothing. A line in the account's start-up files may exit the shell, or the server may run a command of its own instead of this program's (ForceCommand, `command=` in authorized_keys).
explain-files-only-remedy = Ask the administrator for an account that may run commands: this one may only transfer files.
explain-no-login-remedy = Ask the administrator: the account has no login shell (nologin), or was closed.
explain-not-started = The start-up files of the login shell on { $host } took longer than allowed
explain-not-started-remedy = Run `ssh { $destination } true`: a start-up file may wait for input or for a slow disk. Use `--timeout SECONDS` to allow more time.
explain-unexpected = { $host } sent an unexpected answer
explain-report-remedy = Report this problem, with the output of `remote-jupyter doctor`.
explain-random = { $host }: the system's random number generator is not available
explain-random-remedy = Check the system's log: nothing can be kept secret without random numbers.
explain-start-slow = { $host }: starting Jupyter took longer than allowed
explain-start-slow-detail = It is still starting.
explain-start-slow-remedy = Open the host again to keep waiting. Run `remote-jupyter logs { $host }` to see its output, or `remote-jupyter stop { $host }` to end it.
explain-timed-out = { $host }: { $phase } took longer than allowed
explain-timed-out-remedy = Run `remote-jupyter doctor { $host }` to see which step is slow. Use `--timeout SECONDS` with `open` to allow more time.
explain-interrupted = { $host }: interrupted
explain-no-shell = The account on { $host } may not run this program's commands
explain-no-shell-remedy = Ask the administrator for an ordinary login shell, such as bash, or use another account.
explain-windows = The login shell on { $host } is a Windows shell, which cannot run Jupyter for this program
explain-windows-remedy = Use a remote host with Linux, macOS or BSD, or configure the OpenSSH server of Windows to start bash from WSL (DefaultShell).
explain-no-wait = Could not wait for { $host }
explain-no-wait-remedy = Check whether the local computer is out of file descriptors.
explain-no-answer = Jupyter runs on { $host }, but does not answer through the tunnel
explain-forbidden-remedy = Stop the server on the remote host, then open the host again: the server does not accept the token in its runtime file.
explain-no-page = Jupyter on { $host } has no page to show in a tab
explain-no-page-remedy = Install one on the host, stop this server with `remote-jupyter stop { $host }`, then connect again: a server does not notice what is installed after it starts.
explain-no-answer-remedy = Check whether its process hangs, and whether sshd forbids forwarding (AllowTcpForwarding).
explain-kernel-interrupt = The kernel on { $host } was not interrupted
explain-kernel-restart = The kernel on { $host } was not restarted
explain-kernel-shutdown = The kernel on { $host } was not shut down
explain-kernel-gone = Jupyter has no such kernel any more.
explain-kernel-remedy = Look at its notebook in the tab, and try again there.
explain-wrong-answer = Jupyter runs on { $host }, but does not answer as expected
explain-wrong-answer-remedy = Check what runs on that port of the host.
explain-no-port = No local port could be opened for { $host }
explain-no-port-remedy = Check whether the local computer is out of ports or file descriptors.
explain-local = Could not start a session for { $host }: out of local resources
explain-local-remedy = Read the system's message above. If it does not help, report it with the output of `remote-jupyter doctor`.
explain-local-files-remedy = Close other programs, or raise the limit of open files: `ulimit -n 1024`.
explain-local-memory-remedy = Close other programs: the local computer is out of memory or of threads.
explain-bad-url = The base URL of Jupyter on { $host } is not valid
explain-bad-url-remedy = Check `base_url` in its configuration on the host.
explain-holder-gone = The remote-jupyter process that held the tunnel to { $host } has ended
explain-open-again-remedy = Open the host again.
explain-no-control = { $host }: the control sockets cannot be used
explain-no-control-remedy = Run `remote-jupyter doctor` to see their folder. Another remote-jupyter process may also hang.
explain-control-long-remedy = Set XDG_RUNTIME_DIR to a folder with a shorter path: the system does not allow sockets with a longer one.
explain-bug = { $host }: remote-jupyter has an internal error
explain-bug-remedy = Report this problem, with the output above.
version-holder-too-old = { $host }: the Remote Jupyter that is running is too old for this one
version-holder-too-old-remedy = Quit the app, or end the command that is running, then open it again.
version-asker-too-old = { $host }: this Remote Jupyter is too old for the one that is running
version-asker-too-old-remedy = Update this one, then try again.
version-both = Running: version { $running }. This one: version { $this }.
version-not-told = unknown

## On the way to the host (src/problem/connection.rs)

explain-resolve = The ssh configuration of { $host } cannot be used
explain-resolve-remedy = Check it with `ssh -G { $destination }`.
explain-no-ssh-remedy = Install OpenSSH, or start this program with a PATH that includes `ssh`. PATH of this program: { $path }
explain-resolve-variable-remedy = Write the value of { $variable } in ~/.ssh/config: the variable is not set in the environment of this program, because an app started from the desktop does not read ~/.bashrc. In a terminal, `ssh -G { $destination }` may still work.
explain-open-to-others-remedy = Run `{ $command }`, which takes that from other accounts.
explain-route = { $host } needs { $keyword }, which this version does not support yet
explain-route-remedy = Forward a port by hand for now: `ssh -N -L 8888:localhost:8888 { $destination }`.
explain-name = { $host }: no address is known for { $wanted }
explain-name-remedy = Check the spelling, the HostName in ~/.ssh/config, and whether a VPN is needed.
explain-refused-port = { $host }: nothing listens on port { $port } of { $wanted }
explain-refused-port-remedy = Check the Port in ~/.ssh/config, and whether the SSH server runs there.
explain-unreachable = { $host }: no answer from { $wanted } port { $port }
explain-unreachable-remedy = Check the network, and whether a VPN or a jump host is needed.
explain-unreachable-mac-remedy = Allow Remote Jupyter in System Settings > Privacy & Security > Local Network. From a terminal, its application needs that permission. If it is allowed, check the network and any VPN.
explain-handshake = { $host }: the SSH handshake failed
explain-handshake-remedy = Check that an SSH server answers on that port: `ssh -v` shows its greeting.
explain-no-session = { $host } does not let this account run commands
explain-no-session-remedy = Run `ssh { $destination } true`. If the server refuses that too, the account is limited to forwards or files (MaxSessions 0): ask the administrator for one that may run commands.
explain-handshake-nothing = The connection was closed before the server sent anything.
explain-handshake-nothing-remedy = Wait a minute, then run `ssh -v { $destination }`: the server may have too many logins at once (MaxStartups), or it or a firewall may block your address (fail2ban, hosts.deny). If that never works, check the Port in ~/.ssh/config.
explain-handshake-turned-away-remedy = Wait a few minutes, then try again: the server has too many logins at once, or blocks your address after failed logins. Its log has the reason (MaxStartups, PerSourcePenalties).
explain-handshake-foreign-remedy = Check the HostName and the Port in ~/.ssh/config: a service other than SSH answers there, perhaps the login page of your network.
explain-handshake-old-remedy = Ask the administrator to update the server: it supports only the first version of SSH, which is not safe.
explain-handshake-greeted = The server identifies itself as { $version }.
explain-handshake-cut-remedy = Run `ssh -v { $destination }`. If it breaks off too, the server's log has the reason; a VPN that drops large packets (MTU) looks the same.
explain-handshake-silent = A connection was made, but no SSH server answered on it.
explain-handshake-silent-remedy = Run `ssh -v { $destination }`: a firewall, a proxy or a VPN may accept the connection in place of the server, or the server may hang. Use `--timeout SECONDS` with `open` to allow more time.
explain-handshake-slow = The server identifies itself as { $version }, but the key exchange did not finish.
explain-handshake-slow-remedy = Run `ssh -v { $destination }`: a VPN that drops large packets (MTU) looks like this, and so does a busy server. Use `--timeout SECONDS` with `open` to allow more time.
explain-host-key-files = The host key of { $host } cannot be checked
explain-host-key-files-remedy = Make the file readable and writable by you.
explain-host-key-name-remedy = Set a plain HostName or HostKeyAlias for it in ~/.ssh/config.
explain-host-key-malformed-remedy = Check that an SSH server answers on that port.
explain-host-key-changed = { $host } presented a host key other than the known one: nothing was sent
explain-host-key-shown = presented: { $fingerprint }
explain-host-key-known = known: { $fingerprint } { $kind } ({ $place })
explain-host-key-changed-remedy = Make sure that nobody intercepts the connection. Only if you know why the key changed, run `ssh-keygen -R '{ $filed }'`, then connect again.
explain-host-key-other-type-remedy = Ask the host's administrator about the new key: the host no longer has one of the known type. If the new key is confirmed, run `ssh-keygen -R '{ $filed }'`, then connect again.
explain-host-key-revoked = { $host } presented a host key that is marked as revoked: nothing was sent
explain-host-key-revoked-remedy = Ask the host's administrator: this key must not be used any more.
explain-host-key-unknown = The host key of { $host } is not known and was not accepted
explain-host-key-unknown-remedy = Compare the fingerprint with the administrator's, then connect once with `ssh { $destination }`, or answer yes at the prompt.
explain-auth-refused = { $host } rejected the login for { $user }
explain-auth-nothing-fits = you have no key, agent or password for the methods that the server offers
explain-auth-offered = the server offers: { $offered }
explain-auth-refused-remedy = Check with `ssh { $destination }`; your public key must be in ~/.ssh/authorized_keys on the host.
login-no-agent = ssh agent: { $variable } is not set in the environment of this program
explain-no-agent-remedy = Run `ssh { $destination }` in a terminal. If that works, its key is in an agent that this program does not see: an app started from the desktop does not read ~/.bashrc. Add an `IdentityAgent` line with the output of `echo ${ $variable }` to ~/.ssh/config. Otherwise the key is missing from ~/.ssh/authorized_keys on the host.
explain-auth-no-answer = The login to { $host } needs a prompt answer that was not given
explain-auth-no-answer-remedy = Run the command in a terminal, set SSH_ASKPASS, or load the key into an agent with `ssh-add`.
explain-auth-no-answer-tried-remedy = Fix what the lines above report, or run the command in a terminal to answer the prompt.
explain-passphrase = { $host }: the passphrase does not unlock the key { $key }
resolve-slow = `ssh -G { $destination }` did not finish. It runs the commands of `Match exec` in the ssh configuration, and one of them may hang.
explain-resolve-slow-remedy = Run `ssh -G { $destination }` in a terminal, and fix or limit the `Match exec` command that hangs.
explain-login-silent = The login to { $host } did not finish in time
explain-login-silent-remedy = Connect again with your phone or security key at hand, or allow more time with `remote-jupyter open { $host } --timeout 300`.
explain-passphrase-remedy = Check it with `ssh-keygen -y -f { $key }`.

## On the remote host (src/problem/remote.rs)

explain-workdir = The working folder { $folder } cannot be used on { $host }
explain-workdir-remedy = Create it on the host, or change `workdir`.
explain-unwritable = ~/.local/state/remote-jupyter on { $host } is not writable
explain-unwritable-remedy = Run `df -h ~` and `ls -ld ~/.local/state` on the host: the disk or your quota may be full, or the folder may belong to another account.
explain-socket = The path of the Unix socket on { $host } is too long
explain-socket-remedy = Set bind = "loopback".
explain-script = The script failed on { $host }
explain-not-installed = The configured app is not installed on { $host }
explain-not-installed-remedy = Install it on the host, or choose another `app`.
explain-died = Jupyter exited while starting on { $host }
explain-died-status = Jupyter exited while starting on { $host } (exit status { $status })
explain-died-full-remedy = Free space on the host: the disk or your quota is full (see `df -h ~`).
explain-died-open-remedy = Set XDG_STATE_HOME in ~/.profile on the host to a folder of yours on another file system: that of the home folder does not keep permissions, so Jupyter cannot keep its token secret.
explain-died-root-remedy = Add args = ["--allow-root"] to the host in your configuration: Jupyter refuses to run as root without it.
explain-died-silent-remedy = Run the same command by hand on the host, and check whether the disk is full (`df -h ~`): Jupyter printed nothing.
explain-died-done-remedy = Let `command` run Jupyter in the foreground: it ended without an error, but no server started.
explain-died-port-remedy = Omit `remote_port`, or choose another port: another program on the host uses this one.
explain-died-threads-remedy = Set env = {"{"} OPENBLAS_NUM_THREADS = "1", OMP_NUM_THREADS = "1" {"}"}, end processes that you do not need (`ps -u $USER`), or use the host's scheduler: your account may run too few processes there.
explain-died-memory-remedy = Request more memory (`memory`), or use a host that has more: memory ran out.
explain-died-library-remedy = Load libraries in `setup`, as in setup = ["module load gcc"], or install Jupyter in a conda environment, which has its own: the host lacks libraries that Jupyter needs, or has older versions.
explain-died-conda-remedy = Begin `setup` with conda's own file, as in setup = ["source ~/miniconda3/etc/profile.d/conda.sh", "conda activate NAME"].
explain-died-module-remedy = Begin `setup` with the file that defines `module`, often setup = ["source /etc/profile.d/modules.sh", "module load python"] or /etc/profile.d/lmod.sh.
explain-died-interpreter-remedy = Install Jupyter on the host again: the Python that it was installed with is gone or has moved.
explain-died-database-remedy = Keep Jupyter's data elsewhere, as in env = {"{"} JUPYTER_DATA_DIR = "/tmp/NAME-jupyter", IPYTHONDIR = "/tmp/NAME-ipython" {"}"}: your home folder on the host is on a file system that does not support SQLite, often NFS.
explain-died-option-remedy = Check `args`, `command`, and ~/.jupyter on the host: this Jupyter does not accept an option or a setting that the last lines name.
explain-died-address-remedy = Leave `bind` at "auto", and check that /etc/hosts on the host has localhost as 127.0.0.1: the address that Jupyter was asked to listen on does not belong to the host.
explain-died-locale-remedy = Set env = {"{"} LC_ALL = "C.UTF-8" {"}"}: the locale of the login is not installed on the host.
explain-died-files-remedy = Raise the limit in `setup`, as in setup = ["ulimit -n 4096"]: too many files are open on the host.
explain-died-denied-remedy = Check the permissions of { $path } on the host with `ls -ld`: your account may not use it. Files created with `sudo` belong to root.
explain-died-packages-remedy = Run `pip install --upgrade jupyterlab` in the environment that has Jupyter: one of its Python packages is missing, or does not fit the others.
explain-died-python-remedy = Load a newer Python in `setup`: the one on the host may be too old for this Jupyter.
explain-died-setup-remedy = Read its last output above, and try the `setup` lines by hand on the host.
explain-died-remedy = Read its last output above, and try the same by hand on the host.
explain-set-up-failed = Line { $line } of `setup` failed on { $host } (exit status { $status })
explain-set-up-failed-remedy = Run `{ $text }` by hand on the host, and correct that line of `setup`.
explain-set-up-left = Line { $line } of `setup` ended its shell on { $host } before Jupyter could start
explain-set-up-left-remedy = Remove from `setup` what ends the shell (exit) or replaces it (exec), as `{ $text }` does.
explain-no-command = The command `{ $command }` does not exist on { $host }
explain-no-command-remedy = Check `command`, and whether `setup` adds it to the PATH.
explain-no-jupyter = There is no Jupyter on the PATH of { $host }
explain-no-jupyter-remedy = Add what you type before `jupyter lab` on the host: setup = ["module load python"] or setup = ["conda activate NAME"]; or install it with `pip install --user jupyterlab`.

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

menu-host = { $sign } { $host }: { $facts }
menu-and = { $one }, { $two }
menu-no-network = waiting for the network
menu-asks = waiting for your answer
menu-fetching-log = fetching the log
menu-checking = checking the connection
menu-queued-for = queued { $time }
menu-reconnecting-for = reconnecting { $time }
menu-ended = click to start again
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
menu-more = More
menu-open-tab = Open Tab
menu-new-tab = New Tab
menu-open-notebook = Open Notebook…
menu-recent = Recent
menu-ports = Ports
menu-edit-host = Edit Host…
menu-hide = Hide
menu-hidden = Hidden Hosts
menu-copy-link = Copy Link
menu-kernels-menu = Kernels
menu-notebook-busy = ● { $path }
menu-notebook-starting = { $path } (starting)
menu-notebook-restarting = { $path } (restarting)
menu-notebook-dead = { $path } (ended)
menu-notebook-unknown = { $path } (no answer)
menu-notebook-idle = ○ { $path }
menu-kernel-busy-for = ● { $path }, { $time }
menu-kernel-alone = { $kernel } without a notebook
menu-kernel-open = Open Notebook
menu-kernel-interrupt = Interrupt
menu-kernel-restart = Restart…
menu-kernel-shutdown = Shut Down…
menu-forward = { $name } (localhost:{ $port })
menu-show-log = Show Log
menu-check = Check Connection…
menu-cancel-log = Cancel Fetching the Log
menu-cancel-check = Cancel the Connection Check
menu-disconnect = Disconnect
menu-disconnect-asks = Disconnect…
menu-start-with = Start With
menu-stop = Stop Jupyter
menu-stop-asks = Stop Jupyter…
menu-cancel = Cancel
menu-cancel-job = Cancel Job…
menu-try-now = Try Now
menu-log-in-again = Log In Again…
menu-log-in = click to log in again
menu-login-needed = click to log in
menu-next-try = next try in { $count } s
menu-dismiss = Dismiss
menu-details = Details…
menu-job = Job { $id }…
menu-job-on = Job { $id } on { $node }…
menu-no-hosts = No Hosts Yet
menu-more-hosts = More Hosts
menu-section = { $first } to { $last }
menu-more-lines = { $count ->
    [one] 1 more host
   *[other] { $count } more hosts
}
menu-complaint = ▲ The Configuration Has Errors…
menu-add-host = Add Host…
menu-settings = Settings…
menu-edit = Edit Configuration…
menu-login = Open at Login
menu-login-approval = Allow Opening at Login…
menu-help = Help
menu-diagnostics = Copy Diagnostics
menu-welcome = Welcome…
menu-about = About Remote Jupyter
menu-quit = Quit Remote Jupyter
menu-quit-asks = Quit Remote Jupyter…
the-app = Remote Jupyter
menu-quitting = Quitting…
icon-idle = not connected
icon-working = connecting
icon-connected = connected
icon-failed = a host failed
time-seconds = { $count } s
time-minutes = { $count } min
time-hours = { $hours } h { $minutes } min

## A failure in a few words, on the host's own line (src/app/view/brief.rs)

brief-host-key-unknown = host key not accepted
brief-host-key-changed = host key has changed
brief-host-key-revoked = host key is revoked
brief-host-key-files = host key cannot be checked
brief-login = login rejected
brief-hung-up = connection closed during the login
brief-password-expired = password has expired
brief-second-factor = second factor not accepted
brief-key-permissions = key can be read by others
brief-certificate = certificate is out of date
brief-key-agent = key needs an agent
brief-no-answer = login needs your answer
brief-passphrase = wrong passphrase
brief-ssh-config = SSH configuration cannot be used
brief-name = address not found
brief-refused = connection refused
brief-unreachable = no answer
brief-handshake = SSH handshake failed
brief-hop = jump host does not reach it
brief-forwarding = forwarding is forbidden
brief-proxy = ProxyCommand failed
brief-shell = login shell runs no commands
brief-no-jupyter = Jupyter not found
brief-not-running = no Jupyter is running
brief-folder = folder cannot be used
brief-died = Jupyter did not start
brief-answer = Jupyter does not answer
brief-server-ended = Jupyter has ended
brief-idle-ended = Jupyter was idle and has ended
brief-not-stopped = Jupyter could not be stopped
brief-kernels-busy = kernels are busy
brief-kernel-action = the kernel did not react
brief-scheduler = scheduler cannot be used
brief-scheduler-silent = scheduler does not answer
brief-job-refused = job refused
brief-job-never = job can never start
brief-node = compute node cannot be reached
brief-job-ended = job has ended
brief-job-time = job reached its time limit
brief-no-time = no more time
brief-timed-out = took too long
brief-lost = connection lost
brief-local = failed on the local computer
brief-other-resources = runs with other resources
brief-config = configuration has errors
brief-unsupported = versions do not match
brief-interrupted = interrupted

## Why a job waits (src/app/view/pending.rs)

pending-priority = behind other jobs
pending-resources = waiting for free resources
pending-begin = not before its begin time
pending-dependency = waiting for another job
pending-held = on hold
pending-licenses = waiting for a license
pending-nodes = its nodes are not available
pending-partition = its partition is closed
pending-reservation = waiting for its reservation
pending-limit = a limit is reached

## The dialog of details (src/app/view/details.rs)

details-lost = The connection is lost: { $cause }
details-lost-next = Kernels keep running. Click { $host } in the menu to try now.
details-job = Job { $id }
details-job-on = Job { $id } on { $node }
details-waits = Waits: { $why }
details-waits-word = Waits: { $why } ({ $word })
details-set-up = Set Up Environment…
details-check-good = The connection to { $host } works
details-not-added = { $host } has not been added.
details-add-anyway = Add Anyway
details-place = Place { $place } in the queue
details-starts = Starts ≈ { $time }
details-complaint-title = The configuration has errors
details-complaint-valid = The last valid version stays in use.
details-complaint-none = There are no hosts until the errors are corrected.
details-login-title = Opening at login is not allowed yet
details-login-text = Choose System Settings > General > Login Items, and allow Remote Jupyter there.

## Notifications (src/app/view/notification.rs)

notice-ready = { $host } is ready
notice-was-running = Jupyter was running on { $node }.
notice-was-started = Jupyter was started on { $node }.
notice-login = { $host }: log in
notice-login-text = It opens at start, and its login needs you: a password, a code, or a decision.
notice-try-again = Try Again
notice-config = The configuration has errors
notice-lost = { $host }: connection lost
notice-lost-text = { $cause }. Kernels keep running there while the connection is made again.
notice-log-in = { $host }: log in again
notice-log-in-text = { $cause }. The page waits, and kernels keep running there.
notice-returned = { $host } is connected again
notice-returned-text = The connection was lost for { $time }.
notice-page-open = { $host } is open in a browser tab already
notice-page-open-text = Look for a tab at { $place }. If you do not find it, click { $host } again.
notice-cell-done = { $name } is done
notice-cell-done-text = It ran for { $time } on { $host }.
notice-copied = Diagnostics copied
notice-copied-text = They are in the clipboard, without tokens and passwords.

## Dialogs (src/app/prompts.rs, src/app/app.rs)

dialog-host-key = Connect to { $host } for the first time?
dialog-host-key-text =
    Its key is not known yet. Compare the { $kind } fingerprint of { $host } with the one that its administrators publish. On the host itself, `ssh-keygen -lf { $file }` shows it.

    If they differ, choose Cancel: someone may be intercepting the connection.
dialog-host-key-also =
    On port 22 the same host is known by:
    { $others }
dialog-trust = Trust and Connect
dialog-passphrase = Unlock the key for { $host }
dialog-passphrase-text = Enter the passphrase of { $key }.
dialog-passphrase-again = The passphrase was not accepted. Try again.
dialog-unlock = Unlock
dialog-remember = Remember in keychain
dialog-password = Password for { $user }@{ $host }
dialog-password-again = The password was not accepted. Try again.
dialog-login = Log in to { $host }
dialog-answer-again = The answer was not accepted. Try again.
dialog-log-in = Log In
dialog-stop = Stop Jupyter on { $host }?
dialog-stop-kernels = { $total ->
    [one] { $busy ->
        [0] This shuts down 1 kernel. Anything it holds in memory is lost.
       *[other] Its kernel is busy. This shuts it down. Its computation and anything it holds in memory are lost.
    }
   *[other] { $busy ->
        [0] This shuts down { $total } kernels. Anything they hold in memory is lost.
       *[other] { $busy } of its { $total } kernels are busy. This shuts down all of them. Their computations and anything they hold in memory are lost.
    }
}
dialog-stop-unknown = The state of its kernels is unknown; some may be busy. This shuts them down. Their computations and anything they hold in memory are lost.
dialog-kernel = ○ { $path }
dialog-kernel-busy = ● { $path } (busy)
dialog-kernels-more = and { $count } more
dialog-kernel-restart = Restart the kernel of { $name } on { $host }?
dialog-kernel-restart-yes = Restart
dialog-kernel-shutdown = Shut down the kernel of { $name } on { $host }?
dialog-kernel-shutdown-yes = Shut Down
dialog-kernel-runs = A cell is running in it, and will not come to its end.
dialog-kernel-lost = Its variables and anything else it holds in memory are lost. The notebook's file stays as it is.
dialog-stop-yes = Stop Jupyter
dialog-stop-anyway = Stop Anyway
dialog-cancel-job = Cancel job { $id } on { $host }?
dialog-cancel-job-text = Job { $id } has waited for { $time } and loses its place in the queue.
dialog-cancel-job-new = Job { $id } is taken out of the queue.
dialog-cancel-job-yes = Cancel Job
dialog-close = Disconnect { $host }?
dialog-close-text = A link of another program asks for it. Its tab stops working; the server and its kernels stay.
dialog-quit = Quit Remote Jupyter?
dialog-quit-yes = Quit
stake-of-host = { $host }: { $costs }
stake-job = Job { $id } has waited for { $time }. It stays in the queue and starts without you.
stake-job-new = Job { $id } stays in the queue and starts without you.
stake-kernels = { $count ->
    [one] Jupyter is stopped, and its kernel with it. Anything it holds in memory is lost.
   *[other] Jupyter is stopped, and its { $count } kernels with it. Anything they hold in memory is lost.
}
stake-busy = { $count ->
    [one] A kernel is busy. It keeps running, but its output may be lost until you connect again.
   *[other] { $count } kernels are busy. They keep running, but their output may be lost until you connect again.
}
stake-busy-named = { $count ->
    [one] { $names } is busy. It keeps running, but its output may be lost until you connect again.
   *[other] { $names } are busy. They keep running, but their output may be lost until you connect again.
}
stake-busy-more = { $names } and { $count } more are busy. They keep running, but their output may be lost until you connect again.
stake-pages = { $count ->
    [one] A notebook is open in the browser, which cannot save it until you connect again.
   *[other] { $count } notebooks are open in the browser, which cannot save them until you connect again.
}
dialog-welcome = Welcome to Remote Jupyter
dialog-welcome-text =
    Its icon, a notebook with a moon, is in the menu bar or the tray. Click it, then a host: Remote Jupyter connects over SSH, starts Jupyter where none is running, and opens the page in your browser. The next click brings the page again.

    Which host is the first one?
dialog-add-host = Add a host
dialog-add-host-text = Enter it as you would for ssh: user@host. It is added once the login works.
dialog-add-host-choose = Choose a host of your SSH configuration, or enter one as you would for ssh: user@host. It is added once the login works.
dialog-add-host-yes = Connect and Add
dialog-hosts = Remote Jupyter is in the menu bar
dialog-notebook = Open a notebook on { $host }
dialog-notebook-text = Its path in the folder that Jupyter shows, such as plots/fit.ipynb.
dialog-notebook-yes = Open
dialog-about = Remote Jupyter { $version }
dialog-about-text =
    Opens a notebook tab from a remote host with one click.

    MIT or Apache-2.0, at your choice.
dialog-about-page = Project Page
app-runs-already = Remote Jupyter is already running: its icon is in the menu bar.
app-no-tray = remote-jupyter: no system tray is available: { $error }

## What goes wrong on this machine (src/problem/local.rs)

not-opened-title = { $path } cannot be opened
opener-missing = `xdg-open`, which opens files in their programs, was not found.
opener-nobody = No program that opens such files could be started.
not-opened-remedy = Open { $path } in a text editor, or choose a program for such files in the desktop's settings.
no-browser-title = The browser did not open
no-browser-remedy = Check `browser` in the configuration.
not-added-title = { $alias } was not added
not-added-remedy = Check { $path }.
login-item-title = Open at Login was not changed
login-item-remedy = Change it in the system's settings.
no-clipboard-title = The clipboard cannot be used
no-clipboard-remedy = Try again; another program may be using it.

## login-item (src/cli/login_item.rs)

help-login-item = Open the app at login
help-login-item-action = on, off, or status
help-url = Open a remote-jupyter:// URL, as the system's handler for it
help-url-url = remote-jupyter://open/HOST, …/close/HOST, or …/list
login-item-on = Remote Jupyter opens at login.
login-item-off = Remote Jupyter does not open at login.
login-item-approval = Remote Jupyter waits for your approval in System Settings > General > Login Items.
login-item-not-here = Remote Jupyter cannot open at login on this system: { $reason }

## Buttons of dialogs (src/desktop/linux, src/desktop/macos)


## Pages at a host's local port (src/local_page/mod.rs, src/session/driver/loss.rs)

page-reconnecting = { $host } is reconnecting…
page-reconnecting-text = The connection is lost. Kernels keep running there, and Jupyter opens here as soon as the connection is back.
page-log-in = { $host } needs you to log in again
page-log-in-text = Click { $host } in the menu of Remote Jupyter, or run `remote-jupyter open { $host }` in a terminal.
page-log-in-then = Kernels keep running there, and Jupyter opens here after the login.
page-lost-at = Lost at { $time }: { $cause }
page-next-try = Next try in { $count } s
page-trying = Trying now
page-ended-text = Saved notebooks are kept. Anything that kernels held in memory may be gone.
page-start-again = Start Jupyter Again
page-connect-again = Connect Again
page-opening = Connecting to { $host }…
page-opening-text = Jupyter opens in a new tab when it is ready, and you can close this one.
page-opening-else = If no tab opens, reload this page to see why.

## A connection that is lost and made again (src/problem/connection_lost.rs, src/session/fsm/reconnect.rs)

phase-reconnecting = reconnecting
lost-title = The connection to { $host } was lost
lost-remedy = Open the host again: a Jupyter server that was running there still is.
lost-tried = Retried for { $minutes } min. Last error:
lost-needs-answer = The login needs an answer, and you are not prompted while reconnecting: { $prompt }
lost-other-machine = Another host answers to that name: { $seen } instead of { $known }.
lost-not-listening = Its process is running but no longer listens.
lost-not-now = Reconnecting.
lost-not-now-remedy = Try again when the connection is back.
not-open-title = { $host } is not connected
not-open-remedy = Run `remote-jupyter open { $host }` first, in another terminal or through the app.
no-address-title = { $host }: { $text } is not a port
no-address-remedy = Write a number from 1 to 65535, such as 6006, or the other machine's name before it: node17:6006.
holder-silent-title = { $host }: Remote Jupyter does not answer
holder-silent-detail = The process that holds it has not said a word for 5 s: it was stopped, or it hangs.
holder-silent-remedy = Let it go on, or end it (on macOS by Force Quit), then try again.
log-not-now-title = The log of Jupyter on { $host } cannot be shown now
log-not-now-remedy = Choose Show Log again when the host is connected, or when the attempt has ended.
lost-again = { $host } is connected again.
lost-trying = The connection is lost ({ $cause }); reconnecting now.
lost-log-in = { $cause }. Open the host again to log in; the local port stays open.
lost-next-try = The connection is lost ({ $cause }); the next attempt is in { $count } s.
server-ended-title = Jupyter on { $host } has ended
server-ended-detail = Its process is gone: it was shut down or killed, or its host was restarted.
server-ended-killed = Its process was ended by KILL, as the system does when memory runs out.
server-ended-killed-remedy = Open the host again to start another server. Load less data at once, or request more memory.
server-ended-outside = All its processes were terminated from outside.
server-ended-restart = Its host was restarted.
server-ended-remedy = Open the host again to start another server. Run `remote-jupyter logs { $host }` to see whether its log says why it ended.

## A session's remarks (src/session)

session-no-ssh = `ssh` was not found on the local computer, so ~/.ssh/config was not read.
session-set-env = SetEnv of the ssh configuration is not sent: set the variables in the host's `env` instead
session-target = { $destination } is { $user }@{ $host } port { $port }
session-other-click = Another start of Jupyter is in progress there; waiting for it.
session-no-browser = The browser did not open: { $reason }
session-page-open = The page is open in a browser tab already.
session-cell-done = { $name } is done after { $time }.
event-of-host = { $host }: { $text }
session-forward = { $name } is at localhost:{ $port }
session-forward-moved = { $name } is at localhost:{ $port } ({ $taken } is in use)
session-forward-forbidden = The SSH server forbids the forward to { $target }: { $reason }
session-nobody = there was no way to prompt you
session-port-taken = Local port { $taken } is in use by another program; using { $port } instead.
session-password = This server asks for its password in the tab.
session-other-page = This Jupyter does not have the requested page; the tab shows the one that it has.
session-open-to-all = This server has neither token nor password: every account on its host and on the local computer can use it.
session-none-runs = No Jupyter server of yours is running on { $host }.
session-lost-launch = The Jupyter server that was started on { $host } earlier was terminated from outside. If this host ends your processes when you log out, ask for `loginctl enable-linger`, or use its scheduler.
session-ends-at-logout = { $host } ends your processes when you log out, so Jupyter ends soon after this connection. Ask for `loginctl enable-linger` there, or use its scheduler.
session-lost-killed = The Jupyter server that ran on { $host } earlier was ended by KILL, as the system does when memory runs out. Load less data at once, or request more memory.
session-lost-job = The job that ran Jupyter on { $node } was terminated from outside: it was cancelled, it reached its time limit, or its node failed.
session-lost-restart = { $host } was restarted, which ended the Jupyter server that was started there earlier.
session-lost-elsewhere = A Jupyter server that was started on { $node } may still be running there: { $host } now connects to { $here }. To use or stop it, set `ssh` of this host to a name that connects to { $node }. If it has ended, delete { $folder } there.
session-gone-itself = Jupyter on { $host } has shut down.
session-gone-launch = The Jupyter server that was starting on { $host } was stopped.
session-gone-signal = Jupyter on { $host } did not shut down when asked; { $signal } ended it.
session-stop-hung = Run `remote-jupyter stop { $host } --yes` to end its process, whatever its kernels are doing.
session-unusable-title = The Jupyter server that was started on { $host } cannot be used
session-unusable-remedy = Run `remote-jupyter logs { $host }` to see its output. The server was ended.
session-unusable-runs-remedy = Run `remote-jupyter stop { $host }` to end it, and `remote-jupyter logs { $host }` to see its output: it is still running.
session-not-stopped-title = Jupyter on { $host } could not be stopped
session-not-stopped-detail = It was asked to shut down, then sent TERM and KILL.
session-not-stopped-remedy = Check its process on the host: it may be waiting for a file system that is gone.
session-busy-title = Jupyter on { $host } was left running: kernels are busy
session-busy-detail = { $busy } of { $total } kernels are busy.
session-busy-remedy = Run `remote-jupyter stop { $host } --yes` to end them anyway.
session-none-title = No Jupyter server of yours is running on { $host }
session-none-remedy = Start one on the host, or set launcher = "direct" instead of "attach".
session-sight = Jupyter { $version }, process { $pid }, { $place }, in { $root }
session-sight-answers = Jupyter { $version } answers through a forward
session-sight-forwards = a forward to the remote host is allowed
session-place-port = port { $port }
session-place-socket = socket { $path }

dialog-done = Close
dialog-cancel = Cancel
dialog-copy = Copy
dialog-copied = Copied

## The keychain (src/desktop/keychain.rs)

keychain-absent = No keychain is available: { $why }
keychain-refused = The keychain is locked, or access to it was refused: { $why }
keychain-failed = The keychain reported an error: { $why }
keychain-label = Passphrase of { $key } (Remote Jupyter)

## The login item (src/desktop/login_item.rs)

autostart-comment = Notebook tabs from your remote hosts
autostart-no-program = This program's own executable cannot be found: { $why }
autostart-odd-path = { $path } cannot be written into an autostart entry: rename it
autostart-no-folder = There is no home folder to keep the entry in
autostart-not-written = { $path }: { $why }
autostart-mac-config = The system opens the app without arguments: it cannot start with { $path } at login
autostart-mac-refused = The system refused (code { $code }). Check System Settings > General > Login Items
autostart-mac-translocated = Move Remote Jupyter to the Applications folder, and open it there

## Batch jobs (src/launch/, src/remote/discovery.rs, src/problem/job.rs)

phase-submitting = submitting a job
phase-queued = queued
session-gone-job = The job on { $host } is gone.
job-resumed = Job { $id } of { $scheduler } was submitted before; waiting for it.
job-no-list = { $scheduler } returned no list of jobs; asking again: { $words }
job-left = Job { $id } was started by hand and is left as it is.
job-cancel-later = Job { $id } is cancelled as soon as the connection is back. Cancel again to leave it in the queue.
job-still-queued = Job { $id } on { $host } is still in the queue, and may start there.
job-not-ended = The scheduler still lists the job: check it on the host.
launch-not-ended = It could not be ended either. Run `remote-jupyter stop` to try again.
job-sight = job { $id } ({ $name }): { $state }
launch-sight = a Jupyter server that Remote Jupyter started is running, but does not answer: { $folder }
job-number = job { $id }
job-starts = starts ≈ { $time }
job-time-left = { $time } left
rehearsal-start = starting Jupyter runs { $path }
rehearsal-taken = { $scheduler } would accept the job, which was not submitted: { $words }
rehearsal-queue = { $scheduler } answers, and has the queue
rehearsal-open = { $scheduler } was asked about the job, which was not submitted, and answered: { $words }
rehearsal-held = { $scheduler } would accept the job and hold it until you release it: `options` has { $option }
rehearsal-never = { $scheduler } would accept the job and never start it ({ $reason }): it asks for { $wanted }, and the limit is { $limit }
rehearsal-refused = { $scheduler } on { $host } would refuse the job, which was not submitted
rehearsal-refused-remedy = Change the host's queue, resources or options in the configuration.
job-not-given = { $scheduler } on { $host } cannot be reached; the job was not submitted
job-not-given-remedy = Try again when the scheduler's server is available. Nothing was left in the queue.
job-not-taken = { $scheduler } on { $host } accepted the submission, but created no job
job-not-taken-remedy = Check `options` for one that only checks a job, such as --test-only or -verify: the command printed no job id, and no list shows such a job.
job-refused = { $scheduler } on { $host } refused the job
job-refused-remedy = Change the host's queue, resources or options in the configuration; nothing was left in the queue.
job-no-scheduler = { $scheduler } cannot be used on { $host }
job-no-scheduler-remedy = Run `ssh { $destination }` and try one of its commands: they must be on the PATH of a login shell. Load its module in ~/.profile.
job-other-scheduler = The commands on the host are those of { $kind }.
job-other-scheduler-remedy = Set launcher = "{ $kind }" for this host.
job-silent = { $scheduler } on { $host } returned no list of jobs
job-silent-remedy = Try again when the scheduler works. Your jobs are not affected.
answer-cut = An answer of the remote host was cut off.
answer-endless = The answers of the remote host do not end.
job-unnumbered = The answer to its submission never came, so its job id is unknown.
job-unanswered = { $scheduler } did not say whether it accepted the job for { $host }
job-other-resources = Job { $id } on { $host } was started with other resources
job-other-resources-detail = A host has one job of its own, so no other one was submitted.
job-other-resources-remedy = Run `remote-jupyter open { $host }` to use it as it is. To replace it, run `remote-jupyter stop { $host }` first. To have two jobs, add a profile to the configuration.
job-other-resources-app = Choose the host to use it as it is. To have two jobs, add a profile to the configuration.
job-uncertain = { $scheduler } does not say whether job { $id } on { $host } still exists
job-uncertain-remedy = Try again in a minute. No other job is submitted meanwhile.
job-uncertain-folder-remedy = Try again in a minute. No other job is submitted meanwhile. If you know that the job has ended, delete its folder { $folder } on the remote host.
job-sight-doubt = job { $id }: the scheduler does not list it, and does not say that it has ended
job-sight-unnumbered = a job whose submission was not answered
job-stuck = The scheduler says that job { $id } cannot start at present ({ $reason }). It keeps its place in the queue.
job-never = Job { $id } on { $host } can never start with what it requests
job-never-remedy = Change what the host requests (queue, cores, memory, walltime, options), then open it again. A job that Remote Jupyter submitted was removed from the queue.
job-ended = Job { $id } on { $host } ended before Jupyter started
job-ended-status = Job { $id } on { $host } ended with status { $status } before Jupyter started
job-ended-remedy = Check the last lines of its log for the reason, fix it, then open the host again.
job-ended-silent-remedy = Check whether the scheduler or another user ended it, and whether its node can reach your home folder: it left no log.
job-gone = Job { $id } on { $host } has ended, and Jupyter with it
job-gone-detail = The scheduler no longer lists it: it reached its time limit, it was cancelled, or its node failed.
job-gone-remedy = Run `{ $command }` to start another one; set a longer walltime if it reached its time limit.
job-time-up = Job { $id } on { $host } reached its time limit
job-time-up-detail = The scheduler ended the job at its walltime, and Jupyter with it. Anything that kernels held in memory is lost; saved notebooks are not.
job-time-up-remedy = Run `{ $command }` to start another one; set a longer walltime in the configuration to give it more time.
job-slow = The job for { $host } runs on { $node }, but no Jupyter listens there
job-slow-detail = The time set by --timeout has passed. The job is left running.
job-slow-remedy = Run `remote-jupyter logs { $host }`. Your own job script must let Jupyter listen on the node's own address (--ip).
job-time = { $hours ->
    [0] { $minutes } min
   *[other] { $hours } h { $minutes } min
}
notice-job-started = Job { $id } started on { $node } after { $time } in the queue.

## Host certificates and revoked keys (src/ssh/known_hosts/)

certificate-not-for-hosts = its certificate is not one for hosts
certificate-not-yet = its certificate is not valid yet (check the clock of the local computer)
certificate-expired = its certificate has expired
certificate-other-name = its certificate does not name { $host }
certificate-options = its certificate has options that are not supported
certificate-algorithm = its certificate is signed with { $name }, which is not accepted
certificate-only = the host's certificate does not count here, and HostKeyAlgorithms allows nothing but certificates
certificate-forged = the host's certificate is damaged, or its signature is wrong
revoked-keys-line = line { $line } is not a public key
host-key-no-file = UserKnownHostsFile is none, so the key cannot be saved
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
login-agent-nonsense = it sent an invalid answer
login-agent-silent = it does not answer
login-agent-will-not-sign = it refused to sign
login-waits = The login to { $host } has been silent for { $seconds } s. It may be waiting for you: check your phone, or touch your security key.
login-silent = The login was silent for { $seconds } s, perhaps because it was waiting for you to confirm on a phone or to touch a security key.
login-batch = BatchMode is yes, so you are not prompted
login-key-no-key = it contains no private key
login-key-type = a type of key that is not supported
login-key-passphrase = it needs a passphrase
login-key-open = not used, because others can read it (mode { $mode }): chmod 600 { $file }
login-key-security = a security key, which can only be used through an agent
login-key-sha1 = { $what }: the server accepts it only with SHA-1 signatures
login-key-other-half = the public key beside it belongs to another key
explain-auth-said = the server said: { $words }
explain-auth-too-many = { $host } closed the connection: too many keys were tried
explain-auth-too-many-remedy = Set IdentityFile to the right key in the ssh configuration, with IdentitiesOnly yes.
explain-auth-hung-up = { $host } closed the connection during the login of { $user }
explain-auth-hung-up-remedy = Check with `ssh { $destination }`: the account may be closed or expired, or the login took too long.
explain-password-expired = { $host }: the password of { $user } has expired
explain-password-expired-remedy = Log in once with `ssh { $destination }` and change it there.
explain-second-factor = { $host } accepted the first factor for { $user }, but no second factor
explain-second-factor-remedy = Check the code, and the clock of the device that generates it; then try again.
explain-key-open = { $host }: the key { $file } was not used, because others can read it
explain-key-open-remedy = Run `chmod 600 { $file }`.
explain-certificate = { $host }: the certificate is out of date
explain-certificate-remedy = Get a new one from its issuer, then try again.
explain-security-key = { $host }: a security key can only be used through an agent
explain-security-key-remedy = Load it with `ssh-add { $file }`.
explain-pkcs11 = { $host }: PKCS11Provider is not supported
explain-pkcs11-remedy = Load the device's keys into the agent with `ssh-add -s { $provider }`.
explain-auth-method = { $host } offers only methods that are not supported: { $offered }
explain-auth-method-remedy = Ask the administrator for a login with a key or a password. Kerberos (GSSAPI) and host-based logins work only with ssh.
explain-agent = { $host } rejected the login for { $user }, and the agent did not help
explain-agent-remedy = Check the agent with `ssh-add -l`; it may be locked, or hang. Set IdentityAgent none to log in without it.
explain-algorithms = { $host }: { $keyword } names no supported algorithm
explain-algorithms-detail =
    requested: { $asked }
    supported: { $possible }
explain-algorithms-remedy = Add one of the supported ones to { $keyword } for this host in the ssh configuration.
explain-no-common-algorithm = { $host } ({ $server }) has no algorithm in common with this program
explain-no-common-algorithm-remedy = Run `ssh -vv { $destination }` to see what the server offers, and ask its administrator to update it: it supports only SHA-1, which is no longer safe and is refused here.
explain-no-common-lists = { $keyword }: the server offers { $theirs }; this program supports { $ours }
explain-post-quantum-remedy = Ask the server's administrator to allow curve25519-sha256 as well: the server allows only post-quantum key exchange, which this program does not support yet.
explain-no-common-list-remedy = Ask the server's administrator to allow one of this program's algorithms, and check that your ssh configuration does not leave them out.
explain-no-common-unknown-remedy = Run `ssh -vv { $destination }` to see what the server offers.

## Jump hosts and proxy commands (src/connect/, src/problem/jump_host.rs)

hops-way = through { $hops }
hops-name = the jump host { $hop }
hops-step = jump host { $hop }: { $step }
hops-shared = jump host { $hop }: sharing its open session
hops-proxy-said = the ProxyCommand said: { $said }
hops-proxy-token = the ProxyCommand `{ $command }` contains a percent sign that is none of %%, %h, %n, %p and %r
hops-proxy-shell = { $value } has a special meaning in the shell that runs the ProxyCommand `{ $command }`
hops-bind-interface = BindInterface { $interface } is not supported on this system: use BindAddress
hops-waited = at the jump host { $hop }
hops-title = { $host }: { $title }
hops-forbids = { $host } may not connect to { $place }
hops-forbids-remedy = Ask its administrator to allow { $place } (AllowTcpForwarding, PermitOpen), or use another jump host.
hops-unreachable = { $host } cannot reach { $place }
hops-unreachable-remedy = Log in with `ssh { $destination }`, then check whether { $wanted } is up and its HostName and Port are right as seen from there.
hops-loop = The route to { $host } goes through the same jump host again, or through too many
hops-loop-remedy = Check each ProxyJump in ~/.ssh/config; `ProxyJump none` removes it from a host.
openssh-failed = The ssh of this computer made no connection to { $host }
openssh-failed-remedy = Run `ssh { $destination }` in a terminal: it says the same, and more with `-v`.
openssh-silent = The ssh of this computer neither connects to { $host } nor ends
openssh-denied = { $host } refuses the login of { $user } by ssh
openssh-denied-remedy = Run `ssh { $destination }` in a terminal and see which login works there.
openssh-ticket = { $host } wants a Kerberos ticket, and there is no valid one
openssh-ticket-remedy = Run `kinit`, then try again.
openssh-missing = There is no ssh on this computer to connect to { $host }
openssh-missing-remedy = Install the OpenSSH client, or set `transport = "libssh2"` for this host.
hops-proxy-failed = The ProxyCommand of { $host } exited without a connection
hops-proxy-failed-remedy = Run it by hand in a terminal; it should print the greeting of an SSH server.
hops-proxy-path = PATH of this program: { $path }
hops-proxy-path-remedy = Write the full path of the program in ProxyCommand: an app started from the desktop has a different PATH than your terminal.
hops-proxy-shell-remedy = Set SHELL to a shell that exists: ProxyCommand is run by it, and { $shell } cannot be started.

## Login shells (src/session/driver/remote_script.rs)

start-up-slow = The start-up files of your account on { $host } are still running; waiting for them. `ssh { $host }` shows what they do.
session-opens-slowly = The login to { $host } succeeded, but its session takes long to open. It may be mounting a home folder, or waiting for you: check your phone.

## HTTPS (src/jupyter/api.rs, src/session/fsm/mod.rs, src/problem/mod.rs)

api-other-certificate = the server presented another certificate than before, and nothing was sent: { $why }
session-own-certificate = This server uses HTTPS with a certificate of its own, so the browser will warn you. Check that its SHA-256 fingerprint is { $fingerprint }
explain-other-certificate-remedy = Open the host again only if you know why it changed, as after a restart with a new certificate.

## Launchers (src/desktop/shortcut.rs, src/cli/shortcut.rs)

help-launcher = Create a shortcut for one host: an application that Spotlight and other searches find
help-launcher-host = A configured host
help-launcher-list = List the shortcuts
help-launcher-remove = Remove the shortcut for this host
usage-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
launcher-name = Jupyter { $host }
launcher-comment = Opens the notebook tab of { $host }
launcher-made = { $path } now opens { $host }.
launcher-none = There are no shortcuts.
launcher-none-of = There is no shortcut for { $host }.
launcher-not-configured = (this host is no longer configured)
launcher-taken = { $path } already exists, and Remote Jupyter did not create it
launcher-mac-config = The system opens the app without arguments: a shortcut cannot start it with { $path }
launcher-title = The shortcut for { $host } was not changed
launcher-remedy = Fix the problem above, then try again.
menu-launcher = Add Shortcut to Applications

## uninstall (src/cli/uninstall.rs)

help-uninstall = Remove what the program keeps on the local computer: login item, shortcuts, state and logs
help-purge = Also remove the configuration
uninstall-removed = Removed: { $what }
uninstall-login-item = the login item
uninstall-keychain =
    { $count ->
        [one] 1 passphrase in the keychain
       *[other] { $count } passphrases in the keychain
    }
uninstall-app-runs = Remote Jupyter is running: nothing was removed
uninstall-app-runs-remedy = Choose Quit Remote Jupyter in its menu, then try again.
uninstall-tunnels = Tunnels are open ({ $hosts }): nothing was removed
uninstall-tunnels-remedy = Run `remote-jupyter close HOST` for each, as in `remote-jupyter { $first }`, then try again.
uninstall-configuration-stays = Kept: { $path }. Run `remote-jupyter uninstall --purge` to remove it too.
uninstall-servers-here = Kept: { $path }, which holds the servers that other computers started on the local computer.
uninstall-host = Not touched: { $host }. If Jupyter still runs there, run `remote-jupyter stop { $host }` to end it.
uninstall-host-elsewhere = Not touched: { $host } of { $config }. If Jupyter still runs there, run `remote-jupyter -c { $config } stop { $host }` to end it.
not-removed-title = { $path } was not removed
not-removed-remedy = Remove it by hand.
keychain-kept-title = Passphrases remain in the keychain
keychain-kept-remedy = Remove the entries of Remote Jupyter by hand, in the program that manages your keychain.

## A new version (src/app/updates.rs)

menu-update = Version { $version } Is Available…
menu-check-updates = Check for Updates
update-title = Version { $version } is available
update-text = You have { $current }. The release page describes what is new and how to get it.
update-show = Show Page
update-none-title = Remote Jupyter is up to date
update-none-text = You have { $current }.
no-release-title = Could not check for updates
no-release-remedy = Try again later, and check the network.
release-status = the answer was { $status }

## Waiting for a job (src/session/job.rs)

job-place = place { $place } in the queue
job-held = Job { $id } is on hold ({ $reason }). It keeps its place and waits until it is released.
job-suspended = Job { $id } on { $host } is suspended, and Jupyter with it
job-suspended-remedy = Try again when the job runs, or run `remote-jupyter stop { $host }` to end it. The scheduler has suspended it, for other jobs or at an operator's command; its kernels will go on where they were.
job-confused-title = Cannot tell which Jupyter server belongs to { $host }
job-confused-detail = Job { $id } and another job of yours run your own job scripts on { $node }, and their servers started at the same time.
job-confused-remedy = Let each script's Jupyter listen on a port of its own, and give each host that port as remote_port.
scheduler-hangs = (no more output within { $seconds } seconds)

## Logs of one's own job script (src/session/driver/logs.rs)

log-at-the-end = { $path } does not exist yet: the scheduler delivers what a job writes when the job ends.

## A server that ends because nobody uses it

idle-ended-title = Jupyter on { $host } was not used and has ended
idle-ended-detail = It had been idle for as long as idle_stop allows.
idle-ended-remedy = Open the host again to start another server. Anything that kernels computed and did not save is lost.

## The time of a job (src/session/walltime.rs, src/cli/extend.rs)

job-time-up-of = Job { $id } on { $host } reached its time limit ({ $time })
time-short = Job { $id } reaches its time limit in { $time }: save your notebooks. Anything that kernels hold in memory is lost then.
time-longer = Job { $id } now runs until { $until } ({ $time } left).
extend-refused = { $scheduler } did not extend the job for { $host }
extend-refused-remedy = Ask your site's administrators to extend the job, or save your work and start again with a longer walltime.
extend-no-command = { $scheduler } has no command to extend a running job.
extend-same-end = It accepted the command, but the end of the job did not change.
extend-no-end = { $host } has no running job with a time limit
extend-no-end-remedy = Run `remote-jupyter open { $host }` with a walltime first: only a running batch job that has one can be extended.
help-extend = Request more time for the job that runs Jupyter
help-forward = Open a further port of the remote host on this computer
help-forward-port = Its port there, such as 6006, or node17:6006 for another machine
help-extend-time = Time to add, as H:MM:SS or D-HH:MM:SS [default: 1:00:00]
menu-extend = Extend by 1 Hour
menu-start-again = Start Again
notice-short = { $host }: { $time } left
notice-longer = { $host } has more time
notice-start-again = Click to start again.
notice-start-again-with = Click to start again with { $notebook }.

## The route to a compute node (src/problem/node_route.rs, src/session/fsm/route.rs, src/connect/node.rs)

route-hop = an SSH session to { $node } ({ $address }), through that of the login node
route-step = node { $node }: { $step }
route-moves = { $why }. Restarting Jupyter there, on the node's own address.
route-sight = the route to { $node }: { $route }
route-sight-hop = an SSH session of its own, through that of the login node
route-sight-address = the login node connects to the node's address
route-sight-relay = a scheduler command beside the job
route-no-hop = { $node } does not accept an SSH session for { $host }
route-no-hop-remedy = Ask the site whether its nodes accept SSH while a job of yours runs there. With bind = "node" Jupyter listens on the node's own address and no session is needed; bind = "auto" finds out what works.
route-barred = { $by } does not allow connections to Jupyter on { $host }
route-barred-remedy = Ask its administrator to allow it (AllowTcpForwarding, PermitOpen), or leave bind at "auto", which tries other routes.
route-forbidden = The SSH server of { $host } forbids the forward to Jupyter
route-forbidden-remedy = Ask its administrator to allow forwards to 127.0.0.1 or localhost (AllowTcpForwarding, PermitOpen), or try bind = "socket".
route-socket = The SSH server of { $host } refuses connections to Jupyter's socket
route-socket-remedy = Set bind = "loopback" and stop the server that runs now, or ask the administrator to allow forwards to sockets (AllowStreamLocalForwarding).
route-not-there = The Jupyter server that a runtime file names does not run on { $node }, for { $host }
route-not-there-remedy = Let the job script's Jupyter listen on the node's own address (--ip), or end its job and open { $host } again.
route-none = There is no route to the place where Jupyter listens on { $node }, for { $host }
route-kept = Jupyter in the job for { $host } cannot be reached from the local computer, and is in use
route-kept-remedy = Use the computer that reaches it, or run `remote-jupyter stop { $host }` and open the host again. Its kernels were left alone.

## Kernels that cannot be counted (src/session/fsm/mod.rs, src/ssh/prompt.rs)

ask-end-uncounted = The kernels on { $host } cannot be counted, and some may be busy. End them anyway? (yes/no)
session-uncounted-title = Jupyter on { $host } was left running: its kernels cannot be counted
session-uncounted-detail = A server that accepts only a password does not report what its kernels do; some may be busy.

## Relays through a scheduler
relay-silent = the relay gave no answer within 45 seconds
relay-ended = the relay ended without a message
route-no-relay = { $scheduler } does not run a command in the job of { $host }
route-no-relay-remedy = Set cores = 2 and a parallel environment with control_slaves for Grid Engine, which allows this only for jobs of at least two slots; Slurm allows it for every running job.
route-no-way = There is no route to Jupyter on { $node }, for { $host }

## Remedies where the app is what the user has in front of them (src/problem/code.rs)
explain-start-slow-app = Open { $host } again to keep waiting. Choose Show Log to see its output.
explain-timed-out-app = Click { $host } in the menu to try again. If it is slow each time, choose Help > Show Log to see which step takes long.
explain-login-silent-app = Have your phone or security key at hand, then click { $host } in the menu to try again.
server-ended-app = Open { $host } again to start another server. Choose Show Log to see whether its log says why it ended.
session-unusable-app = Choose Show Log of { $host } to see its output. The server was ended.
session-unusable-runs-app = Choose Show Log of { $host } to see its output: it is still running. Stop it on the host.
session-busy-app = Choose Stop Jupyter… of { $host } again, and then Stop Anyway, to end them.
explain-no-page-app = Install one on the host, stop Jupyter on { $host }, then connect again: a server does not notice what is installed after it starts.
job-slow-app = Choose Show Log of { $host }. Your own job script must let Jupyter listen on the node's own address (--ip).
job-suspended-app = Click { $host } in the menu when the job runs. The scheduler has suspended it, for other jobs or at an operator's command; its kernels will go on where they were.
extend-no-end-app = Set walltime for { $host } and start a new job: only a running batch job that has one can be extended.
route-kept-app = Use the computer that reaches it, or stop Jupyter on { $host } and open the host again. Its kernels were left alone.
explain-died-app = Read its last output in Details… or Show Log, and try the same by hand on the host.
explain-died-setup-app = Read its last output in Details… or Show Log, and try the `setup` lines by hand on the host.
cli-notebook-outside-app = Type a path relative to the folder that Jupyter starts in (`workdir` in the configuration), such as sub/plots.ipynb.
explain-report-app = Report this problem, with what Help > Copy Diagnostics copies.

## Fields of the settings page: a key of the configuration, and its help as in docs/reference/configuration.md (src/config/fields.rs)

field-default-host = Default host
field-default-host-help = The host that `open` without a name, and a second start of the app, open. Default: the only host that is configured
field-browser = Browser
field-browser-help = A program; on a Mac the name of an application. Default: the system's browser
field-open-at-start = Open at start
field-open-at-start-help = Hosts that the app opens when it starts. Without a network, it keeps trying for five minutes
field-language = Language
field-language-help = Of all texts and help: `en` or `ja`. Default: the system's (`LC_ALL`, `LC_MESSAGES`, `LANG`)
field-check-updates = Check for updates
field-check-updates-help = Whether the app asks once a day for a newer version of itself, in a build that has a page to ask. Default: `true`
field-cell-done-after = Tell when cells are done
field-cell-done-after-help = How long a run of cells must take for a notification at its end: `30s`, `10m`, `2h` or `never`. Counts for hosts that are opened from then on. Default: `1m`
field-on-event = Command for events
field-on-event-help = A command line for `/bin/sh` that gets each event of a host as JSON on its standard input
field-host = Hosts
field-host-help = One host for each header
field-name = Name
field-name-help = The menu's label, and the name to use in commands
field-ssh = SSH destination
field-ssh-help = Alias, `user@host` or `ssh://user@host:port`. Default: `name`
field-launcher = Start Jupyter
field-launcher-help = How Jupyter is started. `direct`, the default: as a process on the host, if none is running. `attach`: never. The others: as a batch job
field-app = Application
field-app-help = What to start and open. Default: `lab`, else `notebook`
field-command = Command
field-command-help = Your own command line in place of `app`. The program appends Jupyter's options: `--no-browser --ip=127.0.0.1 --port=… --port-retries=0`, or `--sock=…`
field-args = Arguments
field-args-help = Further options for Jupyter, one word each, passed on unchanged
field-workdir = Working folder
field-workdir-help = The folder that Jupyter starts in. A server that runs in it is preferred. Default: your home
field-setup = Set-up lines
field-setup-help = Lines for your login shell before Jupyter starts. A line that fails stops the start
field-env = Environment
field-env-help = Environment of the server that the program starts
field-base-url = Base URL
field-base-url-help = The path that the addresses of a server begin with that the program starts. It names the host in the browser's address bar, and keeps one host's cookies from another's server. Default: `/NAME/`. That of a profile follows a `~`
field-local-port = Local port
field-local-port-help = The port on the local computer. Default: a free port, remembered for each host
field-remote-port = Remote port
field-remote-port-help = The server's port on the remote host. Servers on other ports are passed over. Default: any
field-bind = Listen on
field-bind-help = Where a server that the program starts listens. `loopback`; `socket`, a Unix socket that only you can open; `node`, the address of a job's node; `auto`, the default: the safest that works
field-transport = SSH by
field-transport-help = What makes the SSH connection. `libssh2`, which the program brings along; `openssh`, the `ssh` of your computer; `auto`, the default: `libssh2`, or the connection that an `ssh` of yours has open already (`ControlMaster`)
field-queue = Queue or partition
field-queue-help = Of the scheduler: its queue or partition
field-cores = Cores
field-cores-help = CPU cores of the job
field-memory = Memory
field-memory-help = Memory of the job: a number, then `K`, `M`, `G` or `T`
field-gpus = GPUs
field-gpus-help = GPUs of the job
field-walltime = Walltime
field-walltime-help = The job's longest time: `H:MM:SS`, or `D-HH:MM:SS` with days
field-parallel-environment = Parallel environment
field-parallel-environment-help = SGE's parallel environment
field-options = Scheduler options
field-options-help = Further options for the scheduler's submit command, one word each, passed on unchanged
field-job-script = Job script
field-job-script-help = Your own job script on the remote host in place of a generated job; its path is relative to `workdir`
field-poll-seconds = Seconds between queries
field-poll-seconds-help = The shortest time, in seconds, between two queries to the scheduler while a job waits. Default: 15
field-on-quit = When the app quits
field-on-quit-help = What to do with the server when the app quits. `stop` spares one whose kernels are busy. Default: `keep`
field-idle-stop = Stop when idle for
field-idle-stop-help = End a server that has been unused for this time: `90s`, `30m`, `2h`, `1d`. Default: never
field-remember = Save the passphrase
field-remember-help = In the app: save the key's passphrase in the system's keychain without asking. The command line ignores it. Default: `false`
field-forwards = Further ports
field-forwards-help = Further ports, open as long as the tunnel
field-forward-name = Name
field-forward-name-help = The menu's label
field-forward-remote = Host and port
field-forward-remote-help = Host and port as seen from the remote host; `6006` alone means its loopback address
field-forward-local-port = Local port
field-forward-local-port-help = The port on the local computer. Default: a free port, shown when the tunnel opens

## The settings page (src/settings/texts.rs, form.rs, answers.rs, src/cli/settings.rs)

help-settings = Open the settings page in your browser, until you close it or press Ctrl-C
help-settings-no-browser = Print the page's one-time address instead of opening the browser
settings-is-open = The settings page is open in your browser. Close it, or press Ctrl-C, to end.
settings-title = Settings
settings-script-needed = This page needs JavaScript. Allow it for 127.0.0.1, or run `remote-jupyter config edit`.
settings-enter = Open Settings
settings-enter-text = The settings of Remote Jupyter, on this computer only.
settings-used = This address has been used
settings-used-text = Each address opens the settings once. Choose Settings… in the menu, or run `remote-jupyter settings`, for a new one.
settings-refused = These settings are not open here
settings-hosts = Hosts
settings-general = General
settings-file = Configuration file
settings-add = Add Host
settings-add-intro = Choose a host of your SSH configuration, or type any destination that ssh accepts.
settings-add-none = Your SSH configuration has no further hosts.
settings-add-aliases = From your SSH configuration
settings-add-other = Another destination
settings-add-button = Add
settings-add-alias = Add { $host }
settings-added = { $host } has been added. Check its connection, or set up how Jupyter starts there.
settings-welcome = Welcome. Which computer does your Jupyter run on?
settings-more = More settings
settings-save = Save
settings-discard = Discard
settings-unsaved = Unsaved changes
settings-saved = Saved
settings-not-saved = Not saved: correct the marked fields
settings-changed = Another program has changed the file, so nothing was saved. Load it again, then make your change once more.
settings-load-again = Load Again
settings-default = Default
settings-only-host = The only host
settings-system = The system's
settings-each-line = One per line
settings-add-row = Add Port
settings-remove-row = Remove { $name }
settings-check = Check Connection
settings-check-stop = Stop
settings-checking = Checking { $host }…
settings-checked-good = { $host } is ready for a click
settings-checked-bad = { $host } cannot be opened yet
settings-verdict-good = Passed
settings-verdict-note = Note
settings-verdict-failed = Failed
settings-save-first = Save your changes first: the check uses the file.
settings-seconds = { $seconds } s
settings-remove = Remove Host…
settings-remove-ask = Remove { $host }?
settings-remove-text = It leaves the configuration with all of its settings. Nothing changes on the host.
settings-remove-yes = Remove
settings-cancel = Cancel
settings-removed = { $host } has been removed
settings-broken = The configuration has errors
settings-broken-text = Correct the file in an editor, then load this page again.
settings-closed = The settings are closed
settings-again-terminal = Run `remote-jupyter settings` to open them again.
settings-again-app = Choose Settings… in the menu to open them again.
settings-leave = Discard the unsaved changes of this page?
settings-failed = That did not work. Load this page again.
settings-asks-terminal = Answer the prompt in the terminal where you started the settings.
settings-asks-app = Answer the prompt in the dialog.
settings-ask-choices = Ask { $host } for Its Choices
settings-ask-choices-help = Logs in and lists queues, free nodes, GPUs, accounts and environments. Nothing is started.
settings-asking-choices = Asking { $host }…
settings-no-choices = { $host } lists no queues, environments or modules
settings-offers = On { $host }:
settings-add-module = Add a module…
settings-free = { $count } free
settings-share = Share Set-Up…
settings-share-title = The set-up of { $host }
settings-share-text = Send this to a colleague, who adds it with Add Host. Look it over first.
settings-share-left-out = Left out, since it is personal or may be secret:
settings-copy = Copy
settings-copied = Copied
settings-close = Close
settings-add-shared = A shared set-up
settings-add-shared-text = Paste it here, and read it: `setup` and `command` run on the host as you, once you open it.
import-only-hosts = This is not a set-up of hosts
import-only-hosts-remedy = Paste the text that Share Set-Up… gives, which begins with [[host]].
settings-group-app = Opening
settings-group-language = Language and updates
settings-group-events = Notifications
settings-group-host = Host
settings-group-job = Batch job
settings-group-environment = Environment
settings-group-jupyter = Jupyter
settings-group-more-job = Scheduler
settings-group-connection = Connection
settings-group-end = Ending
no-settings-title = The settings page could not be opened
no-settings-remedy = Close some programs and try again, or run `remote-jupyter config edit`.
