//! An `ssh` that is not there, hangs, chatters, asks in another language, or dies.
