select code, count(*) as stations, min(name) as first from station where month = :month group by code order by code;
