package engine

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"

	"github.com/weft-go/weft/kernel/internal/dock"
)

// copies writes copies of the variables args["names"] (with commas between
// them, as the interpreter calls them) to args["file"], for a program that is
// built from cells: dock.Alone reads them. The error names the variable that
// can't be copied.
func copies(_ context.Context, s *session, args map[string]string) (map[string]string, error) {
	file, err := os.OpenFile(args["file"], os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	err = dock.WriteCopies(file, strings.Split(args["names"], ","), func(name string) (reflect.Value, bool) {
		s.compiling.Lock()
		defer s.compiling.Unlock()
		slot, ok := s.slot(name)
		if !ok {
			return reflect.Value{}, false
		}
		return *slot, true
	})
	return nil, errors.Join(err, file.Close())
}
