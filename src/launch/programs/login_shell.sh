# What the keepers of launches and of jobs do to start the server; `rj_shell` is the login shell.
#
# Some set-up is only there in a shell for people: conda's stands in ~/.bashrc, below a guard against all others. So
# a login shell in which the server was not reached is followed, once, by one that is told to be interactive. It is
# not the first choice, since it may well become another shell (`exec fish`), or wait for an answer.
#
# The user's text and ours never stand on one line: theirs is in variables, which `eval` reads, in any of these shells.
# What Jupyter is to be told travels neither with their command (it may end in a comment, or in another command) nor in
# variables alone, which their files may set: it stands in a configuration that comes before all others.

# rj_enter_login_shell [-i]: the login shell takes our place, and runs the lines.
rj_enter_login_shell() {
  rj_configure
  rj_compose
  # Not every system's sh or ksh takes -l; and a shell that is not known may not read the lines.
  _rj_profile='[ -r /etc/profile ] && . /etc/profile; [ -r ~/.profile ] && . ~/.profile; '
  case ${rj_shell##*/} in
    csh | tcsh) # they take -l only alone; and an alias of one line is known from the next one on
      _rj_beginning="if ( -r /etc/csh.login ) source /etc/csh.login
if ( -r \"$HOME/.login\" ) source \"$HOME/.login\"
"
      [ -z "$1" ] || _rj_beginning= # an error in one of them has ended the shell
      _rj_beginning="${_rj_beginning}if ( ! \$?JUPYTER_CONFIG_PATH ) setenv JUPYTER_CONFIG_PATH ''
"
      exec "$rj_shell" -c "$_rj_beginning$rj_line" ;;
    bash* | zsh* | fish* | dash | ash | yash | posh | oksh | mksh | ksh93)
      # A start-up file may go on with another shell (`exec zsh`), which reads its input.
      if [ -n "$1" ]; then
        (umask 077; printf '%s\n' "$rj_line" >"$rj_dir/line")
        exec <"$rj_dir/line"
        rm -f "$rj_dir/line"
      fi
      # shellcheck disable=SC2086 # none, or -i
      exec "$rj_shell" -l $1 -c "$rj_line" ;;
    sh | ksh) exec "$rj_shell" -c "$_rj_profile$rj_line" ;;
    *)
      echo "/bin/sh runs the set-up: the login shell is $rj_shell" >&2
      # The PATH that its own files have set is as good as any.
      exec /bin/sh -c "rj_path=\$PATH; ${_rj_profile}PATH=\$PATH:\$rj_path; $rj_line" ;;
  esac
}
# Composes the line for that shell (rj_line): set-up, then the server, joined so that the first failure ends it.
# shellcheck disable=SC2016 # that shell expands it
rj_compose() {
  rj_line="$rj_setup/bin/sh \"\$rj_dir/start\""
  [ -n "$rj_own_command" ] || return 0
  case ${rj_shell##*/} in
    csh | tcsh)
      _rj_export='setenv JUPYTER_RUNTIME_DIR "$rj_dir/runtime" && setenv JUPYTER_TOKEN "$rj_token"'
      _rj_export="$_rj_export"' && setenv JUPYTER_CONFIG_PATH "$rj_dir/config":"$JUPYTER_CONFIG_PATH"' ;;
    fish*)
      _rj_export='set -gx JUPYTER_RUNTIME_DIR "$rj_dir/runtime" && set -gx JUPYTER_TOKEN "$rj_token"'
      _rj_export="$_rj_export"' && set -gx JUPYTER_CONFIG_PATH "$rj_dir/config:$JUPYTER_CONFIG_PATH"' ;;
    *)
      _rj_export='export JUPYTER_RUNTIME_DIR="$rj_dir/runtime" JUPYTER_TOKEN="$rj_token"'
      _rj_export="$_rj_export"' JUPYTER_CONFIG_PATH="$rj_dir/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}"' ;;
  esac
  rj_command=$rj_own_command
  if [ -n "$rj_plain" ]; then rj_command="$rj_command --no-browser $(rj_listen_options) $rj_more_words"; fi
  export rj_command
  rj_line="${rj_setup}rm -f \"\$rj_dir/waiting\" && $_rj_export && eval \"\$rj_command\""
}
# Prints the options that say where the server listens, as the login shell reads them.
# shellcheck disable=SC2016
rj_listen_options() {
  if [ -n "$rj_placed" ]; then return; fi # the user's own words say so
  if [ -n "$rj_socket" ]; then printf '%s' '--sock="$rj_socket" --sock-mode=0600'; else printf '%s' "--ip=${rj_ip:-127.0.0.1} --port=${rj_fixed_port:-0} --port-retries=0"; fi
}
# Writes what Jupyter is told, of every version: values as files, since a folder's name may hold anything.
rj_configure() {
  (
    umask 077
    mkdir -p "$rj_dir/config" && cd "$rj_dir/config" || exit
    printf '%s' "$rj_socket" >sock
    printf '%s' "${rj_ip:-127.0.0.1}" >ip
    printf '%s' "${rj_fixed_port:-0}" >port
    printf '%s' "$rj_token" >token
    printf '%s' "$rj_base_url" >base_url
    printf '%s' "$rj_label" >label
    if [ -n "$rj_root" ]; then printf '%s' "$rj_root" >root; fi
    rj_print_jupyter_config >jupyter_server_config.py
    if [ -n "$rj_idle" ]; then cat idle >>jupyter_server_config.py; fi
    cp jupyter_server_config.py jupyter_notebook_config.py
    cp jupyter_server_config.py jupyter_config.py
  )
}
# rj_sleep SECONDS: fractions of a second are not POSIX.
rj_sleep() { sleep "$1" 2>/dev/null || sleep 1; }
# rj_follow TELL: a command may leave Jupyter in the background and end (`nohup jupyter lab &`, `tmux new -d …`): its
# server is waited for, told of, and followed to its end. One that ran before us has left its traces in the folder.
rj_follow() {
  [ -n "$rj_own_command" ] || return 0
  _rj_turns=0 rj_runtime_file=
  if ! rj_has_background_server; then
    [ "$rj_status" = 0 ] && [ ! -e "$rj_dir/waiting" ] && [ -z "$(ls "$rj_dir/runtime")" ] || return 0
  fi
  until rj_has_background_server; do
    _rj_turns=$((_rj_turns + 1))
    [ "$_rj_turns" -lt 50 ] || { [ "$_rj_turns" -lt 300 ] && rj_has_python; } || return 0
    rj_sleep 0.2
  done
  rj_server=${rj_runtime_file##*server-}; rj_server=${rj_server%.json}
  kill -0 "$rj_server" 2>/dev/null || return 0
  "$1" "$rj_runtime_file"
  while [ -f "$rj_runtime_file" ] && kill -0 "$rj_server" 2>/dev/null; do sleep 2; done
}
# Returns true if there is a runtime file (rj_runtime_file).
rj_has_background_server() {
  for rj_runtime_file in "$rj_dir"/runtime/jpserver-*.json "$rj_dir"/runtime/nbserver-*.json; do [ ! -f "$rj_runtime_file" ] || return 0; done
  return 1
}
# Returns true for a slow start: some Python is still in our process group.
rj_has_python() { ps -A -o pgid= -o args= 2>/dev/null | awk -v group=$$ '$1 == group && /[p]ython/ { found = 1 } END { exit !found }'; }
# Prints the number of the set-up line that was reached.
rj_reached() { sed -n 's/.*at \([0-9]*\)\..*/\1/p' "$rj_dir/at" 2>/dev/null | sort -n | tail -n 1; }
# Makes "waiting", which is there until the server is reached.
rj_wait_for_server() { (umask 077; : >"$rj_dir/waiting"; : >>"$rj_dir/at"); }
# rj_keep_further_status STATUS LINE: takes the status of the second try, unless it ended at the LINE of the first: of two
# tries, the one that came further counts.
rj_keep_further_status() { [ -e "$rj_dir/waiting" ] && [ "$(rj_reached)" = "$2" ] || rj_status=$1; }
# Names the set-up line that kept us from the server: src/problem/remote.rs reads this.
rj_name_failed_line() {
  [ -e "$rj_dir/waiting" ] && _rj_reached=$(rj_reached) && [ -n "$_rj_reached" ] || return 0
  _rj_words=
  eval "_rj_words=\$rj_setup_$_rj_reached"
  printf '\nsetup line %s ended with status %s: %s\n' "$_rj_reached" "$rj_status" "$_rj_words"
}
# Returns true if an interactive one may do better.
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
# Prints this machine's own SSH host keys: whoever comes that way knows it by them. sshd's configuration may name others.
rj_print_host_keys() {
  for _rj_key in /etc/ssh/ssh_host_*_key.pub $(cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null |
    sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]=][[:space:]=]*"*\([^"[:space:]]*\).*/\1.pub/p'); do
    [ -r "$_rj_key" ] && awk '{ print "hostkey=" $1 " " $2; exit }' "$_rj_key"
  done | sort -u
}
