package par

const sysGetcpu = 309 // getcpu(2), which package syscall does not know here
