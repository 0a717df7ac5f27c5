# What stands in the place of the keeper: set-up in the login shell, and the second try of it.
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
