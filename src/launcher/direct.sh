# The direct launch: Jupyter as a process of this machine that outlives the connection.

# What the keepers of launches and of jobs do with the line that starts the server; `rj_shell` is the login shell.
#
# Some set-up is only there in a shell for people: conda's stands in ~/.bashrc, below a guard against all others. So
# a login shell in which the server was not reached is followed, once, by one that is told to be interactive. It is
# not the first choice, since it may well become another shell (`exec fish`), or wait for an answer.
rj_in_shell() {
  cat <<'RJ_END'
# rj_enter [-i]: the login shell takes our place, and runs the line.
rj_enter() {
  case ${rj_shell##*/} in
    csh | tcsh) # they take -l only alone; and an alias of one line is known from the next one on
      rj_first="if ( -r \"$HOME/.login\" ) source \"$HOME/.login\"
"
      exec "$rj_shell" -c "$rj_first$rj_line" ;;
    *) exec "$rj_shell" -l $1 -c "$rj_line" ;;
  esac
}
# Whether an interactive one may do better.
rj_tries_again() {
  [ -e "$rj_dir/waiting" ] || [ "$rj_status" = 127 ] || return 1
  case ${rj_shell##*/} in sh | dash | csh | tcsh) return 1 ;; esac
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
rj_run() {
  if [ -n "$rj_line" ]; then (rj_enter ''); else /bin/sh "$rj_dir/start"; fi
}
rj_run_again() {
  (umask 077; : >"$rj_dir/waiting")
  (rj_line="${rj_line:-/bin/sh \"\$rj_dir/start\"}"; rj_enter -i)
  rj_again=$?
  [ -e "$rj_dir/waiting" ] || rj_status=$rj_again
}
# In one step, for others read it while we write; and without it nobody could find us, nor end us.
if printf '%s\n' "$$" >"$rj_dir/pid.new" && mv "$rj_dir/pid.new" "$rj_dir/pid"; then
  : >"$rj_dir/waiting" # until the server is reached
  umask "$rj_umask"
  rj_run
  rj_status=$?
  if rj_tries_again; then rj_run_again; fi
  umask 077
else
  rj_status=1
fi
rm -rf "$rj_dir/runtime" "$rj_dir/sock" "$rj_dir/start" "$rj_dir/config" "$rj_dir/keeper" "$rj_dir/waiting" "$rj_dir/pid.new"
printf '%s\n' "$rj_status" >"$rj_dir/exit"
RJ_END
}

# The server itself. A file too, so that the person's set-up lines may be in any shell's language.
# jupyter-lab before "jupyter lab": the latter starts Python twice.
rj_start() {
  cat <<'RJ_END'
rm -f "$rj_dir/waiting"
if [ -n "$rj_socket" ]; then set -- "--sock=$rj_socket" --sock-mode=0600; else set -- "--ip=${rj_ip:-127.0.0.1}" "--port=${rj_fixed_port:-0}" --port-retries=0; fi
rj_wanted=$rj_apps rj_more=$rj_idle rj_old=$rj_idle_old
if [ -n "$rj_idle" ]; then
  JUPYTER_CONFIG_PATH=$rj_dir/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}
  export JUPYTER_CONFIG_PATH
fi
unset rj_dir rj_line rj_apps rj_fixed_port rj_socket rj_ip rj_umask rj_idle rj_idle_old
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
  mkdir -p "$rj_dir/config" && cat >"$rj_dir/config/jupyter_server_config.py" <<'RJ_END'
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

# The line for the login shell: set-up, then the server, joined so that the first failure ends it.
# Empty when the login environment that we already have is enough.
rj_login_line() {
  if [ -n "$rj_own_command" ]; then
    if [ -n "$rj_socket" ]; then rj_where="--sock=\"$rj_socket\" --sock-mode=0600"; else rj_where="--ip=127.0.0.1 --port=${rj_fixed_port:-0} --port-retries=0"; fi
    printf '%srm -f "$rj_dir/waiting" && %s --no-browser %s' "$rj_setup" "$rj_own_command" "$rj_where"
  elif [ -n "$rj_setup" ]; then
    printf '%s/bin/sh "$rj_dir/start"' "$rj_setup"
  fi
}

# Ended launches are kept for their logs: the newest five. One without an exit status whose process
# is gone has ended with its machine.
rj_prune() {
  rj_kept=0
  ls -1t "$rj_base/servers" 2>/dev/null | while IFS= read -r rj_d; do
    rj_d=$rj_base/servers/$rj_d
    if [ ! -f "$rj_d/exit" ]; then
      if rj_is_here "$rj_d"; then
        rj_lives "$rj_d" && continue
      else # another machine's; or of this one before it booted, which lets it grow old first
        [ "$(cat "$rj_d/node" 2>/dev/null)" = "$rj_node" ] && [ -n "$(find "$rj_d" -prune -mtime +7 2>/dev/null)" ] || continue
      fi
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
  if [ "$rj_bind" = socket ]; then
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
  rj_detach
  rj_await "$rj_dir"
}

# cat says why a write fails; the printf of dash only that it did.
rj_make_folder() {
  mkdir -p "$rj_dir/runtime" && printf '%s\n' "$rj_node" | cat >"$rj_dir/node" && : >"$rj_dir/log" &&
    { [ -z "$rj_machine" ] || printf '%s\n' "$rj_machine" | cat >"$rj_dir/machine"; } &&
    rj_keep_terminals && rj_start >"$rj_dir/start" && { rj_in_shell && rj_keeper; } >"$rj_dir/keeper"
}

# A session of its own where setsid exists, no terminal, none of our file descriptors. The token
# travels through the environment, which only this account can read.
rj_detach() {
  (
    cd "$rj_cwd" || exit
    rj_export_env
    rj_line=$(rj_login_line)
    JUPYTER_TOKEN=$rj_secret JUPYTER_RUNTIME_DIR=$rj_dir/runtime
    export JUPYTER_TOKEN JUPYTER_RUNTIME_DIR rj_dir rj_line rj_apps rj_fixed_port rj_socket rj_umask rj_idle rj_idle_old
    if command -v setsid >/dev/null 2>&1; then exec setsid /bin/sh "$rj_dir/keeper"; fi
    exec nohup /bin/sh "$rj_dir/keeper"
  ) </dev/null >"$rj_dir/log" 2>&1 3>&- &
}
