package native

import (
	"go/constant"
	"go/types"
	"regexp"
	"strings"
)

// Demangle gives a function of a compiled cell the name that Go would give it
// in a program: "nb/c7.X_f.func1" is main.f.func1, a cell's statements are
// main. Names of other functions come back as they are; what the cell's text
// does not contain gives "".
func Demangle(name string) string {
	rest, ok := cutPackage(name)
	if !ok {
		return name
	}
	var b strings.Builder
	for i, part := range splitName(rest) {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case part == cellFunc:
			if i > 0 {
				b.WriteString("main")
			}
		case strings.HasPrefix(part, "X_"):
			b.WriteString(part[len("X_"):])
		case i == 0 && helper(part):
			return ""
		case i == 0 && initial(part):
			b.WriteString("init")
		default:
			b.WriteString(part)
		}
	}
	out := b.String()
	switch {
	case out == "":
		return "main"
	case strings.HasPrefix(out, "."):
		return "main" + out
	}
	return "main." + out
}

// cutMade takes the prefix of a name that is made up off: "w_zero", "w2_zero".
func cutMade(name string) (string, bool) {
	i := 1
	for i < len(name) && name[i] >= '0' && name[i] <= '9' {
		i++
	}
	if !strings.HasPrefix(name, "w") || i >= len(name) || name[i] != '_' {
		return "", false
	}
	return name[i+1:], true
}

// helper says whether a function is one of those that are put beside a cell.
func helper(name string) bool {
	rest, ok := cutMade(name)
	rest, _, _ = strings.Cut(rest, "[")
	return ok && (rest == "cast" || rest == "zero" || rest == "tag" || rest == "pkgPath" || strings.HasPrefix(rest, "loggerFatal"))
}

// initial says whether a function is a function init of a cell.
func initial(name string) bool {
	rest, ok := cutMade(name)
	rest, ok2 := strings.CutPrefix(rest, "init")
	return ok && ok2 && rest != "" && strings.Trim(rest, "0123456789") == ""
}

// funcName says what programs see of the name of a function that is linked
// into the package. What the cell's text does not contain keeps its name, so
// that it can be told.
func (w *writer) funcName() func(string) string {
	renamed := w.renamed
	return func(linked string) string {
		rest, ok := cutPackage(linked)
		if !ok {
			return linked
		}
		parts := splitName(rest)
		lead := linked[:len(linked)-len(rest)]
		name, ok := renamed[lead+parts[0]]
		if ok {
			name += rest[len(parts[0]):]
		} else {
			name = linked
		}
		if name = Demangle(name); !strings.Contains(name, ".") {
			return linked
		}
		return name
	}
}

// TypeName says what programs see of a type's name that the compiler wrote:
// "main.Pair[nb/c7.Point]" is main.Pair[main.Point].
func TypeName(name string) string { return cellPath.ReplaceAllString(name, "${1}main.") }

// cellPath is the path of a compiled cell in front of a name.
var cellPath = regexp.MustCompile(`(^|[^\w/.])nb/c[0-9]+\.`)

// cutPackage cuts the path of a compiled cell off a function's name.
func cutPackage(name string) (rest string, ok bool) {
	if !strings.HasPrefix(name, "nb/") {
		return "", false
	}
	_, rest, ok = strings.Cut(name, ".")
	return rest, ok
}

// splitName splits at the dots that are not in brackets.
func splitName(s string) (parts []string) {
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

// representable says whether a constant without a type has a value of its
// default type.
func representable(v constant.Value, b *types.Basic) bool {
	if b.Info()&types.IsInteger == 0 {
		if b.Info()&types.IsFloat != 0 {
			f, _ := constant.Float64Val(v)
			return !isInf(f)
		}
		return true
	}
	v = constant.ToInt(v)
	if v.Kind() != constant.Int {
		return false
	}
	if b.Kind() == types.Int32 {
		n, ok := constant.Int64Val(v)
		return ok && n == int64(int32(n))
	}
	_, ok := constant.Int64Val(v)
	return ok
}

func isInf(f float64) bool { return f > 1.7976931348623157e308 || f < -1.7976931348623157e308 }
