#![allow(clippy::unwrap_used)]

use super::*;

const GIB: u64 = 1 << 30;

/// As a node of a cluster prints it, with a server (100), its kernel (110) that has forked once, and other programs.
const NODE: &str = "## node
c1
## cores
16
## load
3.25 2.00 1.00 4/500 12345
## memory
MemTotal:       67108864 kB
MemFree:         1048576 kB
MemAvailable:   50331648 kB
## processes
    1     0  9000 /sbin/init
  100     1 102400 /v/bin/python /v/bin/jupyter-lab --ServerApp.port=8888
  110   100 204800 /v/bin/python -m ipykernel_launcher -f /run/jupyter/kernel-0a1b-2c.json
  111   110 51200 /v/bin/python -m ipykernel_launcher -f /run/jupyter/kernel-0a1b-2c.json
  200     1 30720 /v/bin/python /v/bin/tensorboard --logdir /home/me/jupyter
  201     1 30720 python3 -m http.server 8000
  202     1 30720 sshd: me@pts/0
  203     1 30720 /v/bin/python /v/bin/gunicorn -w 4 mlflow.server:app
  204     1 30720 /v/bin/python -m streamlit run app.py
  205     1 30720 /opt/bin/remote-jupyter open x
## ticks
100
## limit
1073741824
8589934592
## before
1000.00
100 (jupyter-lab) S 1 100 100 0 -1 4194304 1 1 1 1 500 100 0 0 20
110 (a) b) R) S 100 100 100 0 -1 4194304 1 1 1 1 1000 0 0 0 20
## after
1000.50
100 (jupyter-lab) S 1 100 100 0 -1 4194304 1 1 1 1 505 100 0 0 20
110 (a) b) R) R 100 100 100 0 -1 4194304 1 1 1 1 1070 0 0 0 20
111 (python) R 110 100 100 0 -1 4194304 1 1 1 1 9000 0 0 0 20
## kernel ports
40001
8088
## listeners
100 hex:0100007F:22B8
110 hex:0100007F:9C41
110 hex:0100007F:1F98
110 hex:0100007F:EA60
110 hex:0100007F:2253
200 hex:0100007F:1776
200 hex:00000000000000000000000001000000:1776
201 hex:00000000:1F40
202 hex:0100007F:177A
203 hex:0100007F:1388
204 hex:00000000000000000000000000000000:2135
205 hex:0100007F:22BA
0 hex:00000000000000000000000001000000:1F91
## nvidia
0, GPU-aa, 87, 1024, 40960, NVIDIA A100-SXM4-40GB
1, GPU-bb, [N/A], [N/A], [N/A], NVIDIA, of a kind
## nvidia processes
GPU-aa, 110, 512
GPU-aa, 111, 256
GPU-aa, 999, 100
GPU-bb, 100, [N/A]
";

#[test]
fn a_node_says_how_busy_it_is_and_what_of_it_is_the_servers() {
    let usage = NodeUsage::parse(NODE, 100);
    assert_eq!((usage.node.as_str(), usage.cores), ("c1", Some(16)));
    assert_eq!(usage.load, Some(3.25));
    let memory = usage.memory.unwrap();
    assert_eq!((memory.used, memory.total), (16 * GIB, 64 * GIB));
    let own = usage.own.unwrap();
    assert_eq!(own.processes, 3);
    assert_eq!(own.memory, 350 << 20);
    // 75 ticks in half a second.
    assert!((own.cores.unwrap() - 1.5).abs() < 0.001, "{own:?}");
    let limit = own.limit.unwrap();
    assert_eq!((limit.used, limit.total), (GIB, 8 * GIB));
}

#[test]
fn a_kernel_has_the_memory_of_what_it_forked() {
    let usage = NodeUsage::parse(NODE, 100);
    assert_eq!(usage.kernels.len(), 1);
    assert_eq!(usage.kernel("0a1b-2c"), Some(250 << 20));
    assert_eq!(usage.kernel("other"), None);
}

#[test]
fn a_gpu_says_what_it_can_and_the_share_of_the_servers_processes() {
    let usage = NodeUsage::parse(NODE, 100);
    let [first, second] = usage.gpus.as_slice() else {
        unreachable!("{:?}", usage.gpus);
    };
    assert_eq!(first.name, "NVIDIA A100-SXM4-40GB");
    assert_eq!((first.busy, first.own), (Some(87), Some(768 << 20)));
    let memory = first.memory.unwrap();
    assert_eq!((memory.used, memory.total), (GIB, 40 * GIB));
    let nothing = Gpu {
        name: "NVIDIA, of a kind".into(),
        ..Gpu::default()
    };
    assert_eq!(*second, nothing);

    let rocm = "## rocm
WARNING: AMD GPU device(s) is/are in a low-power state.
device,GPU use (%),VRAM Total Memory (B),VRAM Total Used Memory (B),Card Series,Card SKU
card0,12,17163091968,10850304,AMD Instinct MI210,D67301
card1,N/A
";
    let usage = NodeUsage::parse(rocm, 100);
    assert_eq!(usage.gpus[0].name, "AMD Instinct MI210");
    assert_eq!(usage.gpus[0].busy, Some(12));
    assert_eq!(usage.gpus[0].memory.unwrap().used, 10_850_304);
    assert_eq!(usage.gpus[1].name, "card1");
    assert_eq!(usage.gpus[1].busy, None);
}

#[test]
fn programs_that_listen_are_known_by_their_command_lines_and_jupyters_own_are_left_out() {
    let usage = NodeUsage::parse(NODE, 100);
    let seen: Vec<(&str, &str)> = usage
        .listeners
        .iter()
        .map(|one| (one.name.as_str(), one.remote.as_str()))
        .collect();
    let want = [
        ("MLflow", "127.0.0.1:5000"),
        ("TensorBoard", "127.0.0.1:6006"),
        ("Streamlit", "127.0.0.1:8501"),
        ("Dask", "127.0.0.1:8787"),
        ("http.server", "127.0.0.1:8000"),
        ("", "[::1]:8081"),
    ];
    assert_eq!(seen, want);
}

#[test]
fn what_no_tool_prints_is_unknown_and_harms_nothing() {
    for text in [
        "",
        "## processes\n1 1 1 a\n2 3 1 b\n3 2 1 /kernel-a.json\n## limit\nmax\n",
        "## load\ninf\n## memory\nMemTotal: 18446744073709551615 kB\n",
        "## before\n5\n## after\n5\n1 (a) R",
        "## listeners\n1 hex:zz:1\n99999999999 hex:0100007F:1F90\n1 \u{fe}:1\n1 127.0.0.1:0\n",
        "## nvidia\n0, a, 101, 99999999999999999999, 1, b\n",
    ] {
        let usage = NodeUsage::parse(text, 9);
        assert_eq!((usage.load, usage.memory, &usage.own), (None, None, &None));
        assert!(usage.listeners.is_empty(), "{text}");
        assert!(usage.gpus.iter().all(|gpu| gpu.busy.is_none()));
    }
    let long = format!("## node\n{}\u{1b}[2J\n", "n".repeat(9000));
    let name = NodeUsage::parse(&long, 9).node;
    assert_eq!(name.len(), 60);
    // A circle of parents ends.
    let circle = "## processes\n2 3 1 /kernel-b.json\n3 2 1 b\n";
    assert_eq!(NodeUsage::parse(circle, 2).own.unwrap().processes, 2);
}
