# The direct launch: Jupyter as a process of this machine that outlives the connection.

# What the keepers of launches and of jobs do to start the server; `rj_shell` is the login shell.
#
# Some set-up is only there in a shell for people: conda's stands in ~/.bashrc, below a guard against all others. So
# a login shell in which the server was not reached is followed, once, by one that is told to be interactive. It is
# not the first choice, since it may well become another shell (`exec fish`), or wait for an answer.
#
# The user's text and ours never stand on one line: theirs is in variables, which `eval` reads, in any of these shells.
# What Jupyter is to be told travels neither with their command (it may end in a comment, or in another command) nor in
# variables alone, which their files may set: it stands in a configuration that comes before all others.
rj_in_shell() {
  cat <<'RJ_END'
# rj_enter [-i]: the login shell takes our place, and runs the lines.
rj_enter() {
  rj_configure
  rj_compose
  # Not every system's sh or ksh takes -l; and a shell that is not known may not read the lines.
  rj_profile='[ -r /etc/profile ] && . /etc/profile; [ -r ~/.profile ] && . ~/.profile; '
  case ${rj_shell##*/} in
    csh | tcsh) # they take -l only alone; and an alias of one line is known from the next one on
      rj_first="if ( -r /etc/csh.login ) source /etc/csh.login
if ( -r \"$HOME/.login\" ) source \"$HOME/.login\"
"
      [ -z "$1" ] || rj_first= # an error in one of them has ended the shell
      rj_first="${rj_first}if ( ! \$?JUPYTER_CONFIG_PATH ) setenv JUPYTER_CONFIG_PATH ''
"
      exec "$rj_shell" -c "$rj_first$rj_line" ;;
    bash* | zsh* | fish* | dash | ash | yash | posh | oksh | mksh | ksh93)
      # A start-up file may go on with another shell (`exec zsh`), which reads its input.
      if [ -n "$1" ]; then
        (umask 077; printf '%s\n' "$rj_line" >"$rj_dir/line")
        exec <"$rj_dir/line"
        rm -f "$rj_dir/line"
      fi
      exec "$rj_shell" -l $1 -c "$rj_line" ;;
    sh | ksh) exec "$rj_shell" -c "$rj_profile$rj_line" ;;
    *)
      echo "/bin/sh runs the set-up: the login shell is $rj_shell" >&2
      # The PATH that its own files have set is as good as any.
      exec /bin/sh -c "rj_path=\$PATH; ${rj_profile}PATH=\$PATH:\$rj_path; $rj_line" ;;
  esac
}
# The line for that shell: set-up, then the server, joined so that the first failure ends it.
rj_compose() {
  rj_line="$rj_setup/bin/sh \"\$rj_dir/start\""
  [ -n "$rj_own_command" ] || return 0
  case ${rj_shell##*/} in
    csh | tcsh)
      rj_export='setenv JUPYTER_RUNTIME_DIR "$rj_dir/runtime" && setenv JUPYTER_TOKEN "$rj_token"'
      rj_export="$rj_export"' && setenv JUPYTER_CONFIG_PATH "$rj_dir/config":"$JUPYTER_CONFIG_PATH"' ;;
    fish*)
      rj_export='set -gx JUPYTER_RUNTIME_DIR "$rj_dir/runtime" && set -gx JUPYTER_TOKEN "$rj_token"'
      rj_export="$rj_export"' && set -gx JUPYTER_CONFIG_PATH "$rj_dir/config:$JUPYTER_CONFIG_PATH"' ;;
    *)
      rj_export='export JUPYTER_RUNTIME_DIR="$rj_dir/runtime" JUPYTER_TOKEN="$rj_token"'
      rj_export="$rj_export"' JUPYTER_CONFIG_PATH="$rj_dir/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}"' ;;
  esac
  rj_command=$rj_own_command
  if [ -n "$rj_plain" ]; then rj_command="$rj_command --no-browser $(rj_place) $rj_more_words"; fi
  export rj_command
  rj_line="${rj_setup}rm -f \"\$rj_dir/waiting\" && $rj_export && eval \"\$rj_command\""
}
rj_place() {
  if [ -n "$rj_placed" ]; then return; fi # the user's own words say so
  if [ -n "$rj_socket" ]; then printf '%s' '--sock="$rj_socket" --sock-mode=0600'; else printf '%s' "--ip=${rj_ip:-127.0.0.1} --port=${rj_fixed_port:-0} --port-retries=0"; fi
}
# What Jupyter is told, of every version: values as files, since a folder's name may hold anything.
rj_configure() {
  (
    umask 077
    mkdir -p "$rj_dir/config" && cd "$rj_dir/config" || exit
    printf '%s' "$rj_socket" >sock
    printf '%s' "${rj_ip:-127.0.0.1}" >ip
    printf '%s' "${rj_fixed_port:-0}" >port
    printf '%s' "$rj_token" >token
    if [ -n "$rj_root" ]; then printf '%s' "$rj_root" >root; fi
    cat >jupyter_server_config.py <<'RJ_PYTHON'
import os, sys

folder = os.path.dirname(os.path.abspath(__file__))

def said(name):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return os.fsdecode(file.read())
    except OSError:
        return ""

def tell(app, root):
    app.open_browser = False
    socks = [word for word in sys.argv if word.split("=")[0].endswith(("--sock", "App.sock"))]
    if socks and not any(word.endswith("=" + said("sock")) for word in socks):
        return # the user's own, which no port may stand beside
    app.sock = said("sock")
    if app.sock:
        # A port beside it, from the user's own files, would be refused; this one is taken for none.
        app.sock_mode, app.port = "0600", 8888
    else:
        app.ip, app.port, app.port_retries = said("ip"), int(said("port")), 0
    # A list of the user's own replaces the name that the tab has in its address.
    app.local_hostnames.append("localhost")
    if said("root"):
        setattr(app, root, said("root"))
        c.FileContentsManager.root_dir = said("root")

tell(c.ServerApp, "root_dir")
try:
    from jupyter_server import version_info as server
except ImportError:
    server = (0,)
# One that cannot be read leaves the environment's in force: an empty one would let everybody in.
token = said("token")
if token and server[0] >= 2:
    c.IdentityProvider.token = c.PasswordIdentityProvider.token = token
elif token:
    c.ServerApp.token = token
try:
    from notebook import __version__ as notebook
except ImportError:
    notebook = ""
if notebook.startswith(("5.", "6.")):
    tell(c.NotebookApp, "notebook_dir")
    if token:
        c.NotebookApp.token = token
RJ_PYTHON
    if [ -n "$rj_idle" ]; then cat terminals >>jupyter_server_config.py; fi
    cp jupyter_server_config.py jupyter_notebook_config.py
    cp jupyter_server_config.py jupyter_config.py
  )
}
rj_nap() { sleep "$1" 2>/dev/null || sleep 1; }
# rj_follow TELL: a command may leave Jupyter in the background and end (`nohup jupyter lab &`, `tmux new -d …`): its
# server is waited for, told of, and followed to its end. One that ran before us has left its traces in the folder.
rj_follow() {
  [ -n "$rj_own_command" ] || return 0
  rj_n=0 rj_f=
  if ! rj_background; then
    [ "$rj_status" = 0 ] && [ ! -e "$rj_dir/waiting" ] && [ -z "$(ls "$rj_dir/runtime")" ] || return 0
  fi
  until rj_background; do
    rj_n=$((rj_n + 1))
    [ $rj_n -lt 50 ] || { [ $rj_n -lt 300 ] && rj_has_python; } || return 0
    rj_nap 0.2
  done
  rj_server=${rj_f##*server-}; rj_server=${rj_server%.json}
  kill -0 "$rj_server" 2>/dev/null || return 0
  "$1" "$rj_f"
  while [ -f "$rj_f" ] && kill -0 "$rj_server" 2>/dev/null; do sleep 2; done
}
rj_background() {
  for rj_f in "$rj_dir"/runtime/jpserver-*.json "$rj_dir"/runtime/nbserver-*.json; do [ ! -f "$rj_f" ] || return 0; done
  return 1
}
# A slow start: some Python is still in our process group.
rj_has_python() { ps -A -o pgid= -o args= 2>/dev/null | awk -v group=$$ '$1 == group && /[p]ython/ { found = 1 } END { exit !found }'; }
# The number of the set-up line that was reached.
rj_reached() { sed -n 's/.*at \([0-9]*\)\..*/\1/p' "$rj_dir/at" 2>/dev/null | sort -n | tail -n 1; }
# Until the server is reached, "waiting" is there.
rj_wait_for_server() { (umask 077; : >"$rj_dir/waiting"; : >>"$rj_dir/at"); }
# Of two tries, the one that came further counts: rj_counts STATUS LINE, those of the second one and where the first ended.
rj_counts() { [ -e "$rj_dir/waiting" ] && [ "$(rj_reached)" = "$2" ] || rj_status=$1; }
# Names the set-up line that kept us from the server: src/problem/remote.rs reads this.
rj_blame() {
  [ -e "$rj_dir/waiting" ] && rj_n=$(rj_reached) && [ -n "$rj_n" ] || return 0
  eval "rj_line=\$rj_setup_$rj_n"
  printf '\nsetup line %s ended with status %s: %s\n' "$rj_n" "$rj_status" "$rj_line"
}
# Whether an interactive one may do better.
rj_tries_again() {
  [ -e "$rj_dir/waiting" ] || [ "$rj_status" = 127 ] || return 1
  case ${rj_shell##*/} in
    bash* | zsh* | fish* | mksh | ksh93) ;;
    csh | tcsh)
      [ -e "$rj_dir/waiting" ] && [ -z "$(rj_reached)" ] || return 1
      echo "trying once more without the files of a login"
      return ;;
    *) return 1 ;;
  esac
  echo "not found; trying once more in an interactive $rj_shell, as in a terminal" >&2
}
RJ_END
}

# The process that stays: it runs the server and leaves its exit status when that ends. It is a
# file, since setsid and nohup run programs, not functions. HUP is ignored for systems without
# setsid; TERM is caught and not ignored, since children would inherit that.
rj_keeper() {
  cat <<'RJ_END'
trap '' 1
rj_shell=${SHELL:-/bin/sh}
[ -z "$rj_root" ] || rj_root=$(pwd)
rj_run() {
  if [ -n "$rj_setup$rj_own_command" ]; then (rj_enter ''); else (rj_configure; exec /bin/sh "$rj_dir/start"); fi
}
rj_run_again() {
  rj_first=$(rj_reached)
  rj_wait_for_server
  (rj_enter -i)
  rj_counts $? "$rj_first"
}
# In one step, for others read it while we write; and without it nobody could find us, nor end us.
if printf '%s\n' "$$" >"$rj_dir/pid.new" && mv "$rj_dir/pid.new" "$rj_dir/pid"; then
  rj_wait_for_server
  umask "$rj_umask"
  rj_run
  rj_status=$?
  if rj_tries_again; then rj_run_again; fi
  rj_blame
  rj_follow :
  umask 077
else
  rj_status=1
fi
rm -rf "$rj_dir/runtime" "$rj_dir/sock" "$rj_dir/start" "$rj_dir/config" "$rj_dir/keeper" "$rj_dir/waiting" "$rj_dir/at" "$rj_dir/pid.new"
printf '%s\n' "$rj_status" >"$rj_dir/exit"
RJ_END
}

# The server itself. A file too, so that the user's set-up lines may be in any shell's language.
# jupyter-lab before "jupyter lab": the latter starts Python twice.
rj_start() {
  cat <<'RJ_END'
rm -f "$rj_dir/waiting"
if [ -n "$rj_placed" ]; then set --; elif [ -n "$rj_socket" ]; then set -- "--sock=$rj_socket" --sock-mode=0600; else set -- "--ip=${rj_ip:-127.0.0.1}" "--port=${rj_fixed_port:-0}" --port-retries=0; fi
rj_wanted=$rj_apps rj_more=$rj_idle rj_old=$rj_idle_old
JUPYTER_CONFIG_PATH=$rj_dir/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}
JUPYTER_RUNTIME_DIR=$rj_dir/runtime JUPYTER_TOKEN=$rj_token
export JUPYTER_CONFIG_PATH JUPYTER_RUNTIME_DIR JUPYTER_TOKEN
eval "set -- \"\$@\" $rj_more_words"
unset $(env | sed -n 's/^\(rj_[a-z_0-9]*\)=.*/\1/p')
# What is called notebook may be version 6; the others warn of its options.
rj_options() { [ "$1" = notebook ] && printf '%s ' "$rj_old"; printf '%s' "$rj_more"; }
for rj_app in $rj_wanted; do
  command -v "jupyter-$rj_app" >/dev/null 2>&1 && exec "jupyter-$rj_app" --no-browser "$@" $(rj_options "$rj_app")
done
for rj_app in $rj_wanted; do
  command -v jupyter >/dev/null 2>&1 && exec jupyter "$rj_app" --no-browser "$@" $(rj_options "$rj_app")
done
echo "no jupyter on the PATH: $PATH" >&2
exit 127
RJ_END
}

# A server with a terminal is none that idles: something may run there. jupyter_server_terminals (0.5.4) means to say so,
# but never does: https://github.com/jupyter-server/jupyter_server_terminals/issues/112
rj_keep_terminals() {
  [ -n "$rj_idle" ] || return 0
  mkdir -p "$rj_dir/config" && cat >"$rj_dir/config/terminals" <<'RJ_END'
try:
    from jupyter_server_terminals.app import TerminalsExtensionApp
except ImportError:
    pass
else:
    def current_activity(self):
        return getattr(getattr(self, "terminal_manager", None), "terminals", None) or None

    TerminalsExtensionApp.current_activity = current_activity
RJ_END
}

# ---- a start that is tried without starting ---------------------------------------------------

# What stands in the place of the keeper: set-up in the login shell, and the second try of it.
rj_rehearsal() {
  cat <<'RJ_END'
rj_shell=${SHELL:-/bin/sh}
rj_try() { if [ -n "$rj_setup$rj_program" ]; then (rj_enter $1); else (exec /bin/sh "$rj_dir/start"); fi; }
rj_wait_for_server
rj_try
rj_status=$?
if rj_tries_again; then
  rj_first=$(rj_reached)
  rj_wait_for_server
  rj_try -i
  rj_counts $? "$rj_first"
fi
rj_blame
exit $rj_status
RJ_END
}
# What stands in the place of the server: it prints the program that a start would run. rj_program is the first word of
# the user's own command; a command that is more than one is not taken apart.
rj_seek() {
  cat <<'RJ_END'
rm -f "$rj_dir/waiting"
case $rj_program in
  '') ;;
  -) exit 0 ;;
  *)
    command -v "$rj_program" && exit 0
    echo "$rj_program: not found on the PATH: $PATH" >&2
    exit 127 ;;
esac
for rj_app in $rj_apps; do command -v "jupyter-$rj_app" && exit 0; done
if command -v jupyter >/dev/null; then
  for rj_app in $rj_apps; do jupyter "$rj_app" --version >/dev/null && command -v jupyter && exit 0; done
  exit 1
fi
echo "no jupyter on the PATH: $PATH" >&2
exit 127
RJ_END
}
# rj_rehearse: says the program's path, or fails as a start would.
rj_rehearse() {
  if [ -n "${rj_unwritable:-}" ]; then rj_fail unwritable "$rj_unwritable"; return; fi
  rj_cwd=$(rj_path "$rj_workdir")
  if ! rj_error=$(cd "$rj_cwd" 2>&1); then rj_fail workdir "$rj_error"; return; fi
  rj_dir=$rj_base/try.$$ rj_socket= rj_program=
  if ! rj_error=$(mkdir "$rj_dir" 2>&1 && rj_keep_terminals 2>&1); then rj_fail unwritable "$rj_error"; return; fi
  rj_seek >"$rj_dir/start"
  { rj_in_shell && rj_rehearsal; } >"$rj_dir/keeper"
  rj_rehearse_there </dev/null >"$rj_dir/path" 2>"$rj_dir/log" 3>&-
  rj_status=$?
  if [ $rj_status = 0 ]; then
    rj_say looked "$(tail -n 1 "$rj_dir/path")"
  else
    rj_fail died "$rj_status
$(cat "$rj_dir/path" "$rj_dir/log" 2>/dev/null | tail -c 3000 | tail -n 25)"
  fi
  rm -rf "$rj_dir"
}
rj_rehearse_there() {
  (
    cd "$rj_cwd" || exit
    rj_export_env
    if [ -n "$rj_own_command" ]; then
      rj_program=${rj_own_command%% *}
      case $rj_program in *[!A-Za-z0-9._/+-]*) rj_program=- ;; esac
      [ -n "$rj_plain" ] || rj_program=-
    fi
    rj_own_command= rj_token=none
    export rj_token rj_dir rj_setup rj_own_command rj_program rj_apps rj_fixed_port rj_socket rj_umask rj_idle rj_idle_old
    if command -v timeout >/dev/null 2>&1; then exec timeout 40 /bin/sh "$rj_dir/keeper"; fi
    exec /bin/sh "$rj_dir/keeper"
  )
}

# Ended launches are kept for their logs: the newest five. What became of those that left no word was told by the look
# that came before.
rj_prune() {
  rj_kept=0
  ls -1t "$rj_base/servers" 2>/dev/null | while IFS= read -r rj_d; do
    rj_d=$rj_base/servers/$rj_d
    if [ -f "$rj_d/exit" ]; then
      : >"$rj_d/told"
    elif rj_fate_of "$rj_d"; [ "$rj_fate" = outside ] || [ "$rj_fate" = restart ]; then
      printf 'lost\n' >"$rj_d/exit"
      rm -rf "$rj_d/runtime" "$rj_d/sock" "$rj_d/config" "$rj_d/start" "$rj_d/keeper"
    elif rj_is_here "$rj_d"; then
      rj_lives "$rj_d" && continue
    else # another machine's; or of this one before it booted, which lets it grow old first
      [ "$(cat "$rj_d/node" 2>/dev/null)" = "$rj_node" ] && [ -n "$(find "$rj_d" -prune -mtime +7 2>/dev/null)" ] || continue
    fi
    rj_kept=$((rj_kept + 1))
    [ "$rj_kept" -gt 5 ] && rm -rf "$rj_d"
  done
}

rj_launch() {
  rj_prune
  rj_cwd=$(rj_path "$rj_workdir")
  if ! rj_error=$(cd "$rj_cwd" 2>&1); then rj_fail workdir "$rj_error"; return; fi
  rj_dir=$rj_base/servers/$(date +%Y%m%d-%H%M%S)-$$
  rj_socket=
  # A socket shows whose it is, where the system does not say that of a port.
  if [ "$rj_bind" = socket ] || ! rj_shows_listeners; then
    rj_socket=$rj_dir/sock
    # sockaddr_un holds 104 bytes on macOS, 108 on Linux.
    if [ ${#rj_socket} -gt 103 ]; then rj_fail socket "$rj_socket"; return; fi
  fi
  if ! rj_error=$(rj_make_folder 2>&1); then
    rm -rf "$rj_dir"
    rj_fail unwritable "$rj_error"
    return
  fi
  rj_secret=$(od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n')
  if [ ${#rj_secret} != 48 ]; then rm -rf "$rj_dir"; rj_fail random ''; return; fi
  rj_outlive
  rj_detach
  rj_await "$rj_dir"
}

# Where logind ends with a login what it began (KillUserProcesses), a scope of the account's own manager outlives it
# (rj_scope), and that manager does where the account lingers. Where it does not, that is told beforehand.
rj_outlive() {
  rj_scope=
  rj_ends_with_login || return 0
  if command -v systemd-run >/dev/null 2>&1 && systemd-run --user --scope --quiet true </dev/null >/dev/null 2>&1; then
    rj_scope='systemd-run --user --scope --quiet'
    [ "$(loginctl show-user "$(id -un)" -p Linger 2>/dev/null)" != Linger=yes ] || return 0
  fi
  rj_say wait logout
}
# Returns true if logind would end what this account leaves running: logind.conf(5).
rj_ends_with_login() {
  command -v loginctl >/dev/null 2>&1 || return 1
  rj_logind=$(loginctl show-user -p KillUserProcesses -p KillOnlyUsers -p KillExcludeUsers </dev/null 2>/dev/null)
  rj_me=$(id -un)
  case "
$rj_logind" in *"
KillUserProcesses=yes"*) ;; *) return 1 ;; esac
  case " $(printf '%s\n' "$rj_logind" | sed -n 's/^KillExcludeUsers=//p') " in *" $rj_me "*) return 1 ;; esac
  case " $(printf '%s\n' "$rj_logind" | sed -n 's/^KillOnlyUsers=//p') " in '  ' | *" $rj_me "*) return 0 ;; *) return 1 ;; esac
}

# cat says why a write fails; the printf of dash only that it did.
rj_make_folder() {
  mkdir -p "$rj_dir/runtime" && printf '%s\n' "$rj_node" | cat >"$rj_dir/node" && : >"$rj_dir/log" &&
    { [ -z "$rj_machine" ] || printf '%s\n' "$rj_machine" | cat >"$rj_dir/machine"; } &&
    { [ -z "$rj_computer" ] || printf '%s\n' "$rj_computer" | cat >"$rj_dir/computer"; } &&
    rj_keep_terminals && rj_start >"$rj_dir/start" && { rj_in_shell && rj_keeper; } >"$rj_dir/keeper"
}

# A session of its own where setsid exists, no terminal, none of our file descriptors. The token
# travels through the environment, which only this account can read.
rj_detach() {
  (
    cd "$rj_cwd" || exit
    rj_export_env
    rj_token=$rj_secret JUPYTER_TOKEN=$rj_secret JUPYTER_RUNTIME_DIR=$rj_dir/runtime
    export JUPYTER_TOKEN JUPYTER_RUNTIME_DIR rj_token rj_dir rj_setup rj_own_command rj_apps rj_fixed_port rj_socket rj_umask rj_idle rj_idle_old
    if command -v setsid >/dev/null 2>&1; then exec $rj_scope setsid /bin/sh "$rj_dir/keeper"; fi
    exec $rj_scope nohup /bin/sh "$rj_dir/keeper"
  ) </dev/null >"$rj_dir/log" 2>&1 3>&- &
}
