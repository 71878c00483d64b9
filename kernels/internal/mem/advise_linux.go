package mem

import "syscall"

// adviseHuge asks for huge pages. That they may be refused is no error: the
// memory is as good, only slower.
func adviseHuge(b []byte) { _ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) }
