"""C = A·B of order n with lists of lists, which hold a pointer to a number per
element: a[i][j] = ((7i+13j) mod 101)/101 - 1/2, b[i][j] = ((11i+3j) mod 103)/103
- 1/2. Checksum: the sum of c times (index mod 7 + 1).

    ijk  three loops as in a textbook
    zip  sums of products over pairs of a row and a column, as Python does it best
"""

import peer


def setup(variant, n, threads):
    global a, b, c, multiply
    if variant not in ("ijk", "zip"):
        raise peer.No("unknown variant")
    multiply = ijk if variant == "ijk" else by_zip
    a = [[(7 * i + 13 * j) % 101 / 101 - 0.5 for j in range(n)] for i in range(n)]
    b = [[(11 * i + 3 * j) % 103 / 103 - 0.5 for j in range(n)] for i in range(n)]
    c = []


def ijk():
    n = len(a)
    out = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += a[i][k] * b[k][j]
            out[i][j] = s
    return out


def by_zip():
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def run():
    global c
    c = multiply()


def checksum():
    n = len(c)
    return sum(x * ((i * n + j) % 7 + 1) for i, row in enumerate(c) for j, x in enumerate(row))


if __name__ == "__main__":
    peer.serve(setup, run, checksum)
