package shm

// memfdCreate is the system call's number, which package syscall lacks here.
const memfdCreate = 319
