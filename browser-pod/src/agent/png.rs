//! PNG of small pictures, for custom cursors: RGBA, stored without compression. Nothing is read here.

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
/// Bytes of one stored block of deflate (RFC 1951).
const BLOCK: usize = 65_535;

/// The PNG of `width * height` RGBA pixels; nothing when the bytes are not so many, or too many for a cursor.
pub(super) fn encode(width: u32, height: u32, rgba: &[u8]) -> Option<Vec<u8>> {
    let row = usize::try_from(width).ok()?.checked_mul(4).filter(|row| *row > 0)?;
    let all = row.checked_mul(usize::try_from(height).ok()?)?;
    if rgba.len() != all || all == 0 || all > 1 << 20 {
        return None;
    }
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Eight bits, RGBA, and the only methods there are.
    header.extend([8, 6, 0, 0, 0]);
    // Each row begins with its filter: none.
    let rows: Vec<u8> = rgba.chunks(row).flat_map(|row| std::iter::once(0).chain(row.iter().copied())).collect();
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &stored(&rows));
    chunk(&mut png, *b"IEND", &[]);
    Some(png)
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(data);
    let check = crc32(&png[start..]);
    png.extend(check.to_be_bytes());
}

/// A zlib stream (RFC 1950) of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let last = data.chunks(BLOCK).count().saturating_sub(1);
    for (number, block) in data.chunks(BLOCK).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(data).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !data.iter().fold(u32::MAX, step)
}

fn adler32(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn one_red_pixel() {
        let png = encode(1, 1, &[255, 0, 0, 255]).expect("a picture");
        assert_eq!(png[..8], SIGNATURE);
        assert_eq!(png[8..33], *b"\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89");
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }

    #[test]
    fn wrong_sizes_are_refused() {
        for (width, height, bytes) in [(0, 0, 0), (1, 1, 3), (u32::MAX, u32::MAX, 4), (600, 600, 1_440_000)] {
            assert!(encode(width, height, &vec![0; bytes]).is_none(), "{width} x {height}");
        }
    }
}
