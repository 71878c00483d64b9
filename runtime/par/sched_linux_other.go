//go:build linux && !amd64

package par

import "syscall"

const sysGetcpu = syscall.SYS_GETCPU
