# What stands in the place of the server: it prints the program that a start would run. rj_program is the first word of
# the user's own command; a command that is more than one is not taken apart.
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
