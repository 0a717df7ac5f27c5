# The process that stays: it runs the server and leaves its exit status when that ends. It is a
# file, since setsid and nohup run programs, not functions. HUP is ignored for systems without
# setsid; TERM is caught and not ignored, since children would inherit that.
trap '' HUP
rj_shell=${SHELL:-/bin/sh}
[ -z "$rj_root" ] || rj_root=$(pwd)
# Runs the server in the login shell, or at once where nothing is to be set up.
rj_run_server() {
  if [ -n "$rj_setup$rj_own_command" ]; then (rj_enter_login_shell ''); else (rj_configure; exec /bin/sh "$rj_dir/start"); fi
}
# Runs the server in a login shell that is interactive.
rj_run_server_again() {
  _rj_reached_before=$(rj_reached)
  rj_wait_for_server
  (rj_enter_login_shell -i)
  rj_keep_further_status $? "$_rj_reached_before"
}
# In one step, for others read it while we write; and without it nobody could find us, nor end us.
if printf '%s\n' "$$" >"$rj_dir/pid.new" && mv "$rj_dir/pid.new" "$rj_dir/pid"; then
  rj_print_host_keys >"$rj_dir/keys"
  rj_wait_for_server
  umask "$rj_umask"
  rj_run_server
  rj_status=$?
  if rj_tries_again; then rj_run_server_again; fi
  rj_name_failed_line
  rj_follow :
  umask 077
else
  rj_status=1
fi
rm -rf "$rj_dir/runtime" "$rj_dir/sock" "$rj_dir/start" "$rj_dir/config" "$rj_dir/keeper" "$rj_dir/waiting" "$rj_dir/at" "$rj_dir/pid.new"
# In one step: an empty file would say nothing of a server that died.
printf '%s\n' "$rj_status" >"$rj_dir/exit.new" && mv "$rj_dir/exit.new" "$rj_dir/exit"
