//! The small face before the linear algebra: matrix products on buffers that the caller owns.

use crate::real::Real;

/// A matrix inside a slice, with any strides.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, R> {
    data: &'a [R],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, R: Real> Matrix<'a, R> {
    /// The first `rows` x `columns` entries of `data`, row after row.
    ///
    /// # Panics
    /// If `data` is too short.
    pub fn new(data: &'a [R], rows: usize, columns: usize) -> Matrix<'a, R> {
        Matrix::strided(data, rows, columns, columns)
    }

    /// `rows` x `columns` entries, row i from `data[i * stride]` on.
    ///
    /// # Panics
    /// If `data` is too short, or rows overlap.
    pub fn strided(data: &'a [R], rows: usize, columns: usize, stride: usize) -> Matrix<'a, R> {
        assert!(columns <= stride || rows <= 1, "rows overlap");
        assert!(rows == 0 || columns == 0 || (rows - 1) * stride + columns <= data.len(), "the slice is too short");
        Matrix { data, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// The transpose, without a copy.
    pub fn t(self) -> Matrix<'a, R> {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `into` = a b, or `into` + a b if `add`; `into` holds its rows one after the other.
///
/// # Panics
/// If the shapes do not fit.
pub fn product<R: Real>(into: &mut [R], a: Matrix<'_, R>, b: Matrix<'_, R>, add: bool) {
    let (m, n, k) = (a.rows, b.columns, a.columns);
    assert_eq!(k, b.rows, "inner dimensions differ");
    assert_eq!(into.len(), m * n, "the result has another size");
    // SAFETY: the constructors of `Matrix` checked that all entries lie inside their slices, and `into` is m x n.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            into.as_mut_ptr(),
            1,
            n as isize,
            add,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            R::ONE,
            R::ONE,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(len: usize) -> Vec<f64> {
        (0..len).map(|i| ((i * 37 + 11) % 23) as f64 - 11.0).collect()
    }

    fn naive(
        m: usize,
        n: usize,
        k: usize,
        a: impl Fn(usize, usize) -> f64,
        b: impl Fn(usize, usize) -> f64,
    ) -> Vec<f64> {
        (0..m * n).map(|at| (0..k).map(|l| a(at / n, l) * b(l, at % n)).sum()).collect()
    }

    #[test]
    fn products_equal_their_definition() {
        for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 33, 20), (1, 40, 3), (40, 1, 5), (2, 3, 0)] {
            let (a, b) = (entries(m * k), entries(k * n));
            // Small whole numbers: every order of summation gives the same bits.
            let plain = naive(m, n, k, |i, l| a[i * k + l], |l, j| b[l * n + j]);
            let mut got = vec![1.0; m * n];
            product(&mut got, Matrix::new(&a, m, k), Matrix::new(&b, k, n), false);
            assert_eq!(got, plain);
            product(&mut got, Matrix::new(&a, k, m).t(), Matrix::new(&b, n, k).t(), true);
            let turned = naive(m, n, k, |i, l| a[l * m + i], |l, j| b[j * k + l]);
            assert_eq!(got, plain.iter().zip(turned).map(|(x, y)| x + y).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_block_of_columns_is_a_strided_matrix() {
        let (a, b) = (entries(6), entries(30));
        let mut got = vec![0.0; 8];
        product(&mut got, Matrix::new(&a, 2, 3), Matrix::strided(&b[5..], 3, 4, 10), false);
        assert_eq!(got, naive(2, 4, 3, |i, l| a[i * 3 + l], |l, j| b[5 + l * 10 + j]));
    }
}
