# What stands in the place of the keeper: set-up in the login shell, and the second try of it.
rj_shell=${SHELL:-/bin/sh}
# rj_try_set_up [-i]: runs the set-up and the search in the login shell.
rj_try_set_up() { if [ -n "$rj_setup$rj_program" ]; then (rj_enter_login_shell "$1"); else (exec /bin/sh "$rj_dir/start"); fi; }
rj_wait_for_server
rj_try_set_up ''
rj_status=$?
if rj_tries_again; then
  rj_first=$(rj_reached)
  rj_wait_for_server
  rj_try_set_up -i
  rj_keep_further_status $? "$rj_first"
fi
rj_name_failed_line
exit "$rj_status"
