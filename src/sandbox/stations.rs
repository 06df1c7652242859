//! The localities' base stations: which there are in a month, and the file that a locality sends about its own.

use std::fmt::Write as _;

use encoding_rs::GBK;

use crate::time::Month;

use super::rng::Rng;
use super::script::Script;
use super::world::LOCALITIES;

/// What is wrong with a file that a locality sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: GBK, every station once.
    None,
    /// Some stations stand in it twice.
    Doubled,
    /// Saved as the office program's "Unicode text", UTF-16.
    Utf16,
}

/// Where a locality lies (in ten-thousandths of a degree) and some of its districts.
struct Ground {
    longitude: u32,
    latitude: u32,
    districts: [&'static str; 3],
}

const fn ground(longitude: u32, latitude: u32, districts: [&'static str; 3]) -> Ground {
    Ground { longitude, latitude, districts }
}

/// In the order of [`LOCALITIES`].
const GROUNDS: [Ground; 13] = [
    ground(1_187_969, 320_603, ["玄武区", "鼓楼区", "江宁区"]),
    ground(1_203_119, 314_912, ["梁溪区", "滨湖区", "江阴市"]),
    ground(1_172_841, 342_058, ["云龙区", "泉山区", "邳州市"]),
    ground(1_199_740, 318_112, ["天宁区", "钟楼区", "武进区"]),
    ground(1_205_853, 312_990, ["姑苏区", "吴中区", "昆山市"]),
    ground(1_208_943, 319_802, ["崇川区", "通州区", "海门区"]),
    ground(1_192_216, 345_967, ["海州区", "连云区", "赣榆区"]),
    ground(1_190_153, 336_104, ["清江浦区", "淮阴区", "盱眙县"]),
    ground(1_201_633, 333_477, ["亭湖区", "盐都区", "东台市"]),
    ground(1_194_129, 323_942, ["广陵区", "邗江区", "高邮市"]),
    ground(1_194_252, 321_878, ["京口区", "润州区", "丹阳市"]),
    ground(1_199_231, 324_555, ["海陵区", "高港区", "兴化市"]),
    ground(1_182_752, 339_630, ["宿城区", "宿豫区", "沭阳县"]),
];

/// The columns of a station, as the files name them and the dimension has them.
const COLUMNS: &str =
    "month,station_id,station_name,city,area_code,district,longitude,latitude,cell_count,opened_day";

/// A base station.
#[derive(Debug)]
struct Station {
    id: u32,
    name: String,
    city: &'static str,
    area: &'static str,
    district: &'static str,
    longitude: u32,
    latitude: u32,
    cells: u32,
    opened: Month,
}

/// The stations of locality number `place` that are open in `month`; `now` is the month that the sandbox plays.
fn stations(seed: u64, place: usize, month: Month, now: Month) -> Vec<Station> {
    let (Some(here), Some(ground)) = (LOCALITIES.get(place), GROUNDS.get(place)) else { return Vec::new() };
    let number = u32::try_from(place).unwrap_or(0) + 1;
    let mut rng = Rng::new(seed, 0, 200 + u64::from(number));
    let all = 1..=10 + here.share * 2;
    let station = |nth: u32| {
        // Most are old; about one in ten was opened in the year before.
        let age = if rng.chance(10) { rng.between(0, 11) } else { rng.between(13, 60) };
        let district = rng.pick(&ground.districts, "");
        Station {
            id: number * 10_000 + nth,
            name: format!("{}{district}{nth:03}站", here.city),
            city: here.city,
            area: here.area,
            district,
            longitude: ground.longitude + rng.between(0, 2_000),
            latitude: ground.latitude + rng.between(0, 2_000),
            cells: rng.between(1, 4) * 3,
            opened: now.plus(-i32::try_from(age).unwrap_or(0)),
        }
    };
    all.map(station).filter(|station| station.opened <= month).collect()
}

/// The dimension's rows of a former `month`.
pub(super) fn write(seed: u64, month: Month, now: Month, out: &mut Script) {
    for place in 0..LOCALITIES.len() {
        for s in stations(seed, place, month, now) {
            let Station { id, name, city, area, district, cells, .. } = &s;
            let (longitude, latitude, opened) = (degrees(s.longitude), degrees(s.latitude), s.opened.first());
            out.row(
                "dim_station",
                format_args!(
                    "'{month}',{id},'{name}','{city}','{area}','{district}',{longitude},{latitude},{cells},'{opened}'"
                ),
            );
        }
    }
}

/// The file of `city` for `month`, and how many stations stand in it; `None` for what is no locality.
pub(super) fn file(seed: u64, city: &str, month: Month, fault: Fault) -> Option<(Vec<u8>, u64)> {
    let place = LOCALITIES.iter().position(|place| place.city == city)?;
    let mut text = format!("{COLUMNS}\r\n");
    let found = stations(seed, place, month, month);
    for (nth, station) in found.iter().enumerate() {
        line(&mut text, month, station);
        if fault == Fault::Doubled && nth % 7 == 3 {
            line(&mut text, month, station);
        }
    }
    let bytes = match fault {
        Fault::None | Fault::Doubled => GBK.encode(&text).0.into_owned(),
        Fault::Utf16 => {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
    };
    Some((bytes, found.len() as u64))
}

fn line(text: &mut String, month: Month, s: &Station) {
    let Station { id, name, city, area, district, cells, .. } = s;
    let (longitude, latitude, opened) = (degrees(s.longitude), degrees(s.latitude), s.opened.first());
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{month},{id},{name},{city},{area},{district},{longitude},{latitude},{cells},{opened}\r\n"
    );
}

fn degrees(ten_thousandths: u32) -> String {
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let (text, _, broken) = GBK.decode(bytes);
        assert!(!broken);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_file_is_gbk_and_has_every_station_once_unless_it_is_faulty() {
        let month = "2026-10".parse().unwrap();
        for place in LOCALITIES {
            let (bytes, count) = file(7, place.city, month, Fault::None).unwrap();
            let rows = lines(&bytes);
            assert_eq!(rows.len() as u64, count + 1, "{}", place.city);
            assert!(rows[1..].iter().all(|row| row.contains(place.city) && row.starts_with("2026-10,")));
        }
        let (doubled, count) = file(7, "宿迁", month, Fault::Doubled).unwrap();
        assert!(lines(&doubled).len() as u64 > count + 1);
        let (wide, _) = file(7, "淮安", month, Fault::Utf16).unwrap();
        assert_eq!(wide[..2], [0xFF, 0xFE]);
        assert!(file(7, "上海", month, Fault::None).is_none());
    }
}
