
# Paths on the host: for `open HOST PATH`, and for `--notebook`.
function __remote_jupyter_paths
    set -l words (commandline -opc)
    set -l host ''
    set -l seen ''
    set -l skips ''
    for word in $words[2..-1]
        if test -n "$skips"
            set skips ''
        else if contains -- $word @VALUED@
            set skips 1
        else if string match -q -- '-*' $word
            continue
        else if test -z "$seen"
            set seen $word
        else if test -z "$host"
            set host $word
        end
    end
    test "$seen" = open -a -n "$host"; or return
    remote-jupyter complete $host (commandline -ct | string unescape) 2>/dev/null
end
complete -c remote-jupyter -n "__fish_remote_jupyter_using_subcommand open" -f -a "(__remote_jupyter_paths)"
complete -c remote-jupyter -n "__fish_remote_jupyter_using_subcommand open" -l notebook -r -f -a "(__remote_jupyter_paths)"
