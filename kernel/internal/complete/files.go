package complete

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFiles bounds the names that are read of a folder.
const maxFiles = 10000

// files completes the last part of a path, which ends at pos; typed begins at
// from. Names that begin with a dot are left out unless a dot was typed.
func (n *Notebook) files(typed string, from, pos, end int, foldersOnly bool, escape func(string) (string, bool)) (out []Match, start, stop int) {
	cut := strings.LastIndexByte(typed, '/') + 1
	start = from + cut
	folder := typed[:cut]
	prefix := typed[cut:]
	if s, err := strconv.Unquote(`"` + folder + `"`); err == nil {
		folder = s
	}
	if s, ok := strings.CutPrefix(folder, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			folder = home + "/" + s
		}
	}
	if !filepath.IsAbs(folder) {
		dir := "."
		if n.Dir != nil {
			dir = n.Dir()
		}
		folder = filepath.Join(dir, folder)
	}
	f, err := os.Open(folder)
	if err != nil {
		return nil, pos, pos
	}
	defer f.Close()
	entries, _ := f.ReadDir(maxFiles) // what could be read is offered
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") && !strings.HasPrefix(prefix, ".") || !utf8.ValidString(name) {
			continue
		}
		t, ok := tier(name, prefix)
		if !ok || t == tierParts {
			continue
		}
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			if info, err := os.Stat(filepath.Join(folder, name)); err == nil {
				isDir = info.IsDir()
			}
		}
		text, ok := escape(name)
		if !ok || foldersOnly && !isDir {
			continue
		}
		m := Match{Text: text, Type: "file", tier: t}
		if isDir {
			m.Text, m.Type = text+"/", "folder"
		}
		out = append(out, m)
	}
	sortMatches(out)
	return out, start, end
}

// shell completes the name of a file in a shell's command.
func (n *Notebook) shell(src string, pos int) (out []Match, start, end int) {
	line := strings.LastIndexByte(src[:pos], '\n') + 1
	from := pos
	for from > line && (!strings.ContainsRune(" \t|&;<>()'\"=!", rune(src[from-1])) || src[from-1] == ' ' && from-1 > line && src[from-2] == '\\') {
		from--
	}
	end = pos
	for end < len(src) && !strings.ContainsRune(" \t\r\n|&;<>()'\"/", rune(src[end])) {
		end++
	}
	return n.files(strings.ReplaceAll(src[from:pos], `\ `, " "), from, pos, end, false, escapeShell)
}

// escapeShell writes a name so that a shell reads it as one word.
func escapeShell(name string) (string, bool) {
	var b strings.Builder
	for _, r := range name {
		if r < ' ' {
			return "", false
		}
		if strings.ContainsRune(" \\'\"$`&|;<>()*?[]#~!{}", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

// escapeGo writes a name for a string in double quotes.
func escapeGo(name string) (string, bool) {
	q := strconv.Quote(name)
	return q[1 : len(q)-1], true
}
