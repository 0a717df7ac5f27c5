# The server itself. A file too, so that the user's set-up lines may be in any shell's language.
# jupyter-lab before "jupyter lab": the latter starts Python twice.
rm -f "$rj_dir/waiting"
if [ -n "$rj_placed" ]; then set --; elif [ -n "$rj_socket" ]; then set -- "--sock=$rj_socket" --sock-mode=0600; else set -- "--ip=${rj_ip:-127.0.0.1}" "--port=${rj_fixed_port:-0}" --port-retries=0; fi
rj_wanted=$rj_apps rj_more=$rj_idle rj_old=$rj_idle_old
JUPYTER_CONFIG_PATH=$rj_dir/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}
JUPYTER_RUNTIME_DIR=$rj_dir/runtime JUPYTER_TOKEN=$rj_token
export JUPYTER_CONFIG_PATH JUPYTER_RUNTIME_DIR JUPYTER_TOKEN
eval "set -- \"\$@\" $rj_more_words"
# shellcheck disable=SC2046 # names
unset $(env | sed -n 's/^\(rj_[a-z_0-9]*\)=.*/\1/p')
# rj_idle_options APP: prints Jupyter's options for idle_stop. What is called notebook may be version 6; the others warn of its options.
rj_idle_options() { [ "$1" = notebook ] && printf '%s ' "$rj_old"; printf '%s' "$rj_more"; }
# shellcheck disable=SC2046 # options, here and below
for rj_app in $rj_wanted; do
  command -v "jupyter-$rj_app" >/dev/null 2>&1 && exec "jupyter-$rj_app" --no-browser "$@" $(rj_idle_options "$rj_app")
done
# shellcheck disable=SC2046
for rj_app in $rj_wanted; do
  command -v jupyter >/dev/null 2>&1 && exec jupyter "$rj_app" --no-browser "$@" $(rj_idle_options "$rj_app")
done
echo "no jupyter on the PATH: $PATH" >&2
exit 127
