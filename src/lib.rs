//! Remote Jupyter: one click, or one command, opens a notebook tab from a remote machine.

pub mod config;
pub mod ssh;
