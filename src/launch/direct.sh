# The direct launch: Jupyter as a process of this machine that outlives the connection.

# Writes a configuration by which a server with a terminal is none that idles: something may run there. jupyter_server_terminals (0.5.4) means to say so,
# but never does: https://github.com/jupyter-server/jupyter_server_terminals/issues/112
rj_write_idle_config() {
  [ -n "$rj_idle" ] || return 0
  mkdir -p "$rj_dir/config" && rj_print_idle_config >"$rj_dir/config/idle"
}

# ---- a start that is tried without starting ---------------------------------------------------

# rj_rehearse: says the program's path, or fails as a start would.
rj_rehearse() {
  if [ -n "${rj_unwritable:-}" ]; then rj_fail unwritable "$rj_unwritable"; return; fi
  rj_cwd=$(rj_print_path "$rj_workdir")
  if ! _rj_error=$(cd "$rj_cwd" 2>&1); then rj_fail workdir "$_rj_error"; return; fi
  rj_dir=$rj_base/try.$$ rj_socket='' rj_program=''
  if ! _rj_error=$(mkdir "$rj_dir" 2>&1 && rj_write_idle_config 2>&1); then rj_fail unwritable "$_rj_error"; return; fi
  rj_print_find_program >"$rj_dir/start"
  { rj_print_login_shell && rj_print_rehearsal; } >"$rj_dir/keeper"
  rj_run_rehearsal </dev/null >"$rj_dir/path" 2>"$rj_dir/log" 3>&-
  _rj_status=$?
  if [ $_rj_status = 0 ]; then
    rj_say looked "$(tail -n 1 "$rj_dir/path")"
  else
    rj_fail died "$_rj_status
$(cat "$rj_dir/path" "$rj_dir/log" 2>/dev/null | tail -c 3000 | tail -n 25)"
  fi
  rm -rf "$rj_dir"
}
# Runs set-up and search in the place of keeper and server, for 40 s at most.
rj_run_rehearsal() {
  (
    cd "$rj_cwd" || exit
    rj_export_env
    if [ -n "$rj_own_command" ]; then
      rj_program=${rj_own_command%% *}
      case $rj_program in *[!A-Za-z0-9._/+-]*) rj_program=- ;; esac
      [ -n "$rj_plain" ] || rj_program=-
    fi
    # shellcheck disable=SC2030 # for the programs of the rehearsal alone
    rj_own_command='' rj_token=none
    export rj_token rj_dir rj_setup rj_own_command rj_program rj_apps rj_fixed_port rj_socket rj_umask rj_idle rj_idle_old
    if command -v timeout >/dev/null 2>&1; then exec timeout 40 /bin/sh "$rj_dir/keeper"; fi
    exec /bin/sh "$rj_dir/keeper"
  )
}

# Removes ended launches but for the newest five, which are kept for their logs. What became of those that left no word was told by the look
# that came before.
rj_prune_launches() {
  _rj_kept=0
  ls -1t "$rj_base/servers" 2>/dev/null | while IFS= read -r _rj_launch; do
    _rj_launch=$rj_base/servers/$_rj_launch
    if [ -f "$_rj_launch/exit" ]; then
      ! rj_is_wanted "$_rj_launch" || : >"$_rj_launch/told"
    elif rj_fate_of "$_rj_launch"; [ "$rj_fate" = outside ] || [ "$rj_fate" = restart ]; then
      rj_is_wanted "$_rj_launch" || continue # that look left it out
      printf 'lost\n' >"$_rj_launch/exit"
      rm -rf "$_rj_launch/runtime" "$_rj_launch/sock" "$_rj_launch/config" "$_rj_launch/start" "$_rj_launch/keeper"
    elif rj_is_here "$_rj_launch"; then
      rj_is_live "$_rj_launch" && continue
    else # another machine's; or of this one before it booted, which lets it grow old first
      [ "$(cat "$_rj_launch/node" 2>/dev/null)" = "$rj_node" ] || continue
      [ -n "$(find "$_rj_launch" -prune -mtime +7 2>/dev/null)" ] || continue
    fi
    _rj_kept=$((_rj_kept + 1))
    [ "$_rj_kept" -gt 5 ] && rm -rf "$_rj_launch"
  done
}

# Starts a server in a folder of its own, and waits for it.
rj_launch_server() {
  rj_prune_launches
  rj_cwd=$(rj_print_path "$rj_workdir")
  if ! _rj_error=$(cd "$rj_cwd" 2>&1); then rj_fail workdir "$_rj_error"; return; fi
  rj_dir=$rj_base/servers/$(date +%Y%m%d-%H%M%S)-$$
  rj_socket=
  # A socket shows whose it is, where the system does not say that of a port.
  if [ "$rj_bind" = socket ] || ! rj_shows_listeners; then
    rj_socket=$rj_dir/sock
    # sockaddr_un holds 104 bytes on macOS, 108 on Linux.
    if [ ${#rj_socket} -gt 103 ]; then rj_fail socket "$rj_socket"; return; fi
  fi
  if ! _rj_error=$(rj_make_folder 2>&1); then
    rm -rf "$rj_dir"
    rj_fail unwritable "$_rj_error"
    return
  fi
  rj_secret=$(od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n')
  if [ ${#rj_secret} != 48 ]; then rm -rf "$rj_dir"; rj_fail random ''; return; fi
  rj_choose_scope
  rj_detach
  rj_await_launch "$rj_dir"
}

# Chooses what the keeper is started by (rj_scope). Where logind ends with a login what it began (KillUserProcesses), a scope of the account's own manager outlives it,
# and that manager does where the account lingers. Where it does not, that is told beforehand.
rj_choose_scope() {
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
  _rj_logind=$(loginctl show-user -p KillUserProcesses -p KillOnlyUsers -p KillExcludeUsers </dev/null 2>/dev/null)
  _rj_me=$(id -un)
  case "
$_rj_logind" in *"
KillUserProcesses=yes"*) ;; *) return 1 ;; esac
  case " $(printf '%s\n' "$_rj_logind" | sed -n 's/^KillExcludeUsers=//p') " in *" $_rj_me "*) return 1 ;; esac
  case " $(printf '%s\n' "$_rj_logind" | sed -n 's/^KillOnlyUsers=//p') " in '  ' | *" $_rj_me "*) return 0 ;; *) return 1 ;; esac
}

# Makes the folder of a launch. cat says why a write fails; the printf of dash only that it did.
rj_make_folder() {
  mkdir -p "$rj_dir/runtime" && printf '%s\n' "$rj_node" | cat >"$rj_dir/node" && : >"$rj_dir/log" &&
    { [ -z "$rj_profile" ] || printf '%s\n' "$rj_profile" | cat >"$rj_dir/profile"; } &&
    { [ -z "$rj_machine" ] || printf '%s\n' "$rj_machine" | cat >"$rj_dir/machine"; } &&
    { [ -z "$rj_computer" ] || printf '%s\n' "$rj_computer" | cat >"$rj_dir/computer"; } &&
    rj_write_idle_config && rj_print_server >"$rj_dir/start" && { rj_print_login_shell && rj_print_direct_keeper; } >"$rj_dir/keeper"
}

# Starts the keeper: a session of its own where setsid exists, no terminal, none of our file descriptors. The token
# travels through the environment, which only this account can read.
rj_detach() {
  (
    cd "$rj_cwd" || exit
    rj_export_env
    rj_token=$rj_secret JUPYTER_TOKEN=$rj_secret JUPYTER_RUNTIME_DIR=$rj_dir/runtime
    # shellcheck disable=SC2031
    export JUPYTER_TOKEN JUPYTER_RUNTIME_DIR rj_token rj_dir rj_setup rj_own_command rj_apps rj_fixed_port rj_socket rj_umask rj_idle rj_idle_old
    if command -v setsid >/dev/null 2>&1; then exec $rj_scope setsid /bin/sh "$rj_dir/keeper"; fi
    exec $rj_scope nohup /bin/sh "$rj_dir/keeper"
  ) </dev/null >"$rj_dir/log" 2>&1 3>&- &
}
