package controlplane

import (
	"bytes"
	"io"
	"os"
)

const tailBytes = 16 << 10

// LogTail is the last lines of the log, for error messages. It is empty when
// there is no log.
func (p *Process) LogTail() string {
	file, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > tailBytes {
		_, _ = file.Seek(-tailBytes, io.SeekEnd)
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return ""
	}
	return string(lastLines(data, tailLines))
}

func lastLines(data []byte, n int) []byte {
	data = bytes.TrimRight(data, "\n")
	for end := len(data); n > 0; n-- {
		end = bytes.LastIndexByte(data[:end], '\n')
		if end < 0 {
			return data
		}
		if n == 1 {
			return data[end+1:]
		}
	}
	return nil
}
