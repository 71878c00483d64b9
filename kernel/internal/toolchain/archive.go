package toolchain

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// goObject returns, within an archive of the compiler's, the names of the Go
// object: the part in front of its first block.
//
// An archive is ar(1)'s, the object within has a text header that ends with
// "\n!\n", then magic, fingerprint, flags and the offsets of its blocks
// (cmd/internal/goobj, Header).
func goObject(archive []byte) ([]byte, error) {
	const (
		arMagic   = "!<arch>\n"
		arHeader  = 60 // name 16, date 12, user 6, group 6, mode 8, size 10, "`\n"
		objMagic  = "\x00go120ld"
		beforeOff = len(objMagic) + 8 + 4 // fingerprint and flags
	)
	unknown := errors.New("the compiler writes object files of an unknown format")
	rest, ok := bytes.CutPrefix(archive, []byte(arMagic))
	for ok && len(rest) >= arHeader {
		name := strings.TrimSpace(string(rest[:16]))
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		rest = rest[arHeader:]
		if err != nil || size < 0 || size > len(rest) {
			return nil, unknown
		}
		if name != "_go_.o" {
			rest = rest[min(size+size%2, len(rest)):]
			continue
		}
		_, object, found := bytes.Cut(rest[:size], []byte("\n!\n"))
		if !found || !bytes.HasPrefix(object, []byte(objMagic)) || len(object) < beforeOff+4 {
			return nil, unknown
		}
		end := int(binary.LittleEndian.Uint32(object[beforeOff:]))
		if end < beforeOff || end > len(object) {
			return nil, unknown
		}
		return object[beforeOff:end], nil
	}
	return nil, unknown
}
