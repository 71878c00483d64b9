//go:build linux && !amd64

package shm

import "syscall"

// memfdCreate is the system call's number.
const memfdCreate = syscall.SYS_MEMFD_CREATE
