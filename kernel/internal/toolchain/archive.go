package toolchain

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Blocks of an object, of the 19 that it has.
const (
	blockSymbols   = 3 // definitions of symbols: four blocks
	blockRefs      = 7
	blockDataIndex = 13
	blockReloc     = 14
	blockData      = 16
	blockRefNames  = 17
	blocks         = 19
)

const (
	objectMagic = "\x00go120ld"
	beforeOff   = len(objectMagic) + 8 + 4 // fingerprint and flags
	symbolSize  = 21                       // name 8, ABI 2, type, flags 2, size 4, alignment 4
)

// errObject is what nobody has seen yet: another release of Go is refused
// before anything is compiled with it.
var errObject = errors.New("the compiler writes object files of an unknown format")

// goObject returns the Go object within an archive of the compiler's.
//
// An archive is ar(1)'s, the object within has a text header that ends with
// "\n!\n", then magic, fingerprint, flags and the offsets of its blocks, then
// the names of all symbols, then the blocks (cmd/internal/goobj).
func goObject(archive []byte) ([]byte, error) {
	const (
		arMagic  = "!<arch>\n"
		arHeader = 60 // name 16, date 12, user 6, group 6, mode 8, size 10, "`\n"
	)
	rest, ok := bytes.CutPrefix(archive, []byte(arMagic))
	for ok && len(rest) >= arHeader {
		name := strings.TrimSpace(string(rest[:16]))
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		rest = rest[arHeader:]
		if err != nil || size < 0 || size > len(rest) {
			return nil, errObject
		}
		if name != "_go_.o" {
			rest = rest[min(size+size%2, len(rest)):]
			continue
		}
		_, object, found := bytes.Cut(rest[:size], []byte("\n!\n"))
		if !found || !bytes.HasPrefix(object, []byte(objectMagic)) || len(object) < beforeOff+4*blocks {
			return nil, errObject
		}
		for b := range blocks {
			if end := block(object, b); end < beforeOff || end > len(object) || b > 0 && end < block(object, b-1) {
				return nil, errObject
			}
		}
		return object, nil
	}
	return nil, errObject
}

// block is where a block of an object begins.
func block(object []byte, n int) int {
	return int(binary.LittleEndian.Uint32(object[beforeOff+4*n:]))
}

// hideExports makes a package called main one that can be imported. The
// compiler lists, for plugin.Open, what a package of this name exports under a
// name of which a plugin may have one only, and what is listed would be sought
// under the plugin's path. We look nothing up by name, so the list gets another
// name, which the linker drops. It reports whether there was one.
func hideExports(object []byte) bool {
	names, changed := object[:block(object, 0)], false
	for _, name := range []string{"go:plugin.tabs", "go:plugin.exports"} {
		if i := bytes.Index(names, []byte(name)); i >= 0 {
			copy(names[i:], "go:hidden")
			changed = true
		}
	}
	return changed
}

// renameTypes gives types the names that rename says: those that a program
// sees. They must not be longer than before. It reports whether any changed.
//
// The name of a type is data of a symbol: a byte of flags, the length as a
// varint, the text (internal/abi, Name).
func renameTypes(object []byte, rename func(string) string) (changed bool, err error) {
	at := func(off int) int { return int(binary.LittleEndian.Uint32(object[off:])) }
	symbols := object[block(object, blockSymbols):block(object, blockRefs)]
	index, data := block(object, blockDataIndex), block(object, blockData)
	if index+4*(len(symbols)/symbolSize+1) > block(object, blockReloc) {
		return false, errObject
	}
	for i := 0; (i+1)*symbolSize <= len(symbols); i++ {
		sym := symbols[i*symbolSize:]
		length, name := int(binary.LittleEndian.Uint32(sym)), int(binary.LittleEndian.Uint32(sym[4:]))
		if name+length > len(object) || !bytes.HasPrefix(object[name:name+length], []byte("type:.namedata.")) {
			continue
		}
		from, to := data+at(index+4*i), data+at(index+4*i+4)
		if from > to || to > block(object, blockRefNames) {
			return false, errObject
		}
		field := object[from:to]
		if len(field) < 2 {
			continue
		}
		size, n := binary.Uvarint(field[1:])
		if n <= 0 || 1+n+int(size) != len(field) {
			continue // more follows: a field's tag or package
		}
		old := string(field[1+n:])
		now := rename(old)
		if now == old {
			continue
		}
		if len(now) > len(old) {
			return false, fmt.Errorf("%s can't be called %s: there is no room", old, now)
		}
		head := binary.AppendUvarint(field[:1:1], uint64(len(now)))
		copy(field, append(head, now...))
		clear(field[len(head)+len(now):])
		changed = true
	}
	return changed, nil
}
