# What the keepers of launches and of jobs do to start the server; `rj_shell` is the login shell.
#
# Some set-up is only there in a shell for people: conda's stands in ~/.bashrc, below a guard against all others. So
# a login shell in which the server was not reached is followed, once, by one that is told to be interactive. It is
# not the first choice, since it may well become another shell (`exec fish`), or wait for an answer.
#
# The user's text and ours never stand on one line: theirs is in variables, which `eval` reads, in any of these shells.
# What Jupyter is to be told travels neither with their command (it may end in a comment, or in another command) nor in
# variables alone, which their files may set: it stands in a configuration that comes before all others.
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
    rj_print_jupyter_config >jupyter_server_config.py
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
